"""The routes of this wing, under /api/v1."""

from django.urls import path

from approvals.api import absences, batch, claims, delegations, notices, people, policy, saved_views, tasks, undo

urlpatterns = [
    path("tasks", tasks.TasksView.as_view()),
    path("tasks/summary", tasks.SummaryView.as_view()),
    path("tasks/batch/preview", batch.BatchPreviewView.as_view()),
    path("tasks/batch", batch.BatchView.as_view()),
    path("tasks/<uuid:task_id>", tasks.TaskView.as_view()),
    path("tasks/<uuid:task_id>/approve", tasks.ApproveView.as_view()),
    path("tasks/<uuid:task_id>/reject", tasks.RejectView.as_view()),
    path("tasks/<uuid:task_id>/abstain", tasks.AbstainView.as_view()),
    path("tasks/<uuid:task_id>/transfer", tasks.TransferView.as_view()),
    path("tasks/<uuid:task_id>/add-signer", tasks.AddSignerView.as_view()),
    path("tasks/<uuid:task_id>/remove-signer", tasks.RemoveSignerView.as_view()),
    path("tasks/<uuid:task_id>/claim", claims.ClaimView.as_view()),
    path("tasks/<uuid:task_id>/release", claims.ReleaseView.as_view()),
    path("tasks/<uuid:task_id>/remind", claims.RemindView.as_view()),
    path("tasks/<uuid:task_id>/undo", undo.UndoView.as_view()),
    path("tasks/<uuid:task_id>/return/preview", tasks.ReturnPreviewView.as_view()),
    path("tasks/<uuid:task_id>/return", tasks.ReturnView.as_view()),
    path("tasks/<uuid:task_id>/comment", tasks.CommentView.as_view()),
    path("me/views", saved_views.SavedViewsView.as_view()),
    path("me/views/<int:view_id>", saved_views.SavedViewView.as_view()),
    path("notices", notices.NoticesView.as_view()),
    path("notices/summary", notices.NoticesSummaryView.as_view()),
    path("notices/read-all", notices.NoticesReadAllView.as_view()),
    path("notices/<int:notice_id>/read", notices.NoticeReadView.as_view()),
    path("delegations", delegations.DelegationsView.as_view()),
    path("delegations/<int:delegation_id>/end", delegations.DelegationEndView.as_view()),
    path("people", people.PeopleView.as_view()),
    path("people/<int:person_id>/absences", absences.AbsencesView.as_view()),
    path("people/<int:person_id>/absences/<int:absence_id>", absences.AbsenceView.as_view()),
    path("groups", people.GroupsView.as_view()),
    path("policy/findings", policy.PolicyFindingsView.as_view()),
    path("departments", people.DepartmentsView.as_view()),
]
