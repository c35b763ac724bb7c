"""Leave a Reply."""

import uuid

from django import forms


class ReplyForm(forms.Form):
    """Gatehouse checks the rules; the problems it reports are added to the fields' errors."""

    text = forms.CharField(max_length=20_000)
    name = forms.CharField(max_length=245)
    email = forms.CharField(max_length=100, required=False)
    form = forms.CharField(max_length=32, initial=lambda: uuid.uuid4().hex, required=False)
