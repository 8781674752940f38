"""URLs of the to-do list; each kind of entry has an address of its own."""

from django.urls import path

from dashboard.todo import views
from dashboard.todo.queue import KINDS

urlpatterns = [
    path("todo/", views.Todo.as_view(), name="todo"),
    path("todo/undo/", views.UndoTodo.as_view(), name="todo_undo"),
    path("todo/take-up/", views.TakeUp.as_view(), name="todo_take_up"),
    *(
        path(
            f"todo/{kind.name}/<uuid:pk>/",
            views.TodoItem.as_view(kind=kind, needs=kind.needs),
            name=f"todo_{kind.name}",
        )
        for kind in KINDS.values()
    ),
]
