"""Notifies sites and people: endpoints, deliveries, channels, the daily digest."""
