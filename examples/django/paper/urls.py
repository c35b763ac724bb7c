"""The article, its form, and the webhook for Gatehouse's decisions."""

from django.urls import path

from paper import views

urlpatterns = [
    path("", views.article),
    path("reply", views.reply),
    path("gatehouse", views.receive_webhook),
]
