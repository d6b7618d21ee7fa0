"""Admin of the answers that staff save in order to use them again."""

from django.contrib import admin

from jupyter_integration.models import SavedAnswer
from portal.persian.admin_search import FoldedSearchAdmin


@admin.register(SavedAnswer)
class SavedAnswerAdmin(FoldedSearchAdmin):
    list_display = ("title", "language")
    list_filter = ("language",)
    search_fields = ("title_form", "text_form")
    folded_columns = {"title_form": "title", "text_form": "text"}
