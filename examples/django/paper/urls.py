"""The article, its form, and where Gatehouse tells what was decided."""

from django.urls import path

from paper import views

urlpatterns = [
    path("", views.article),
    path("reply", views.reply),
    path("gatehouse", views.told),
]
