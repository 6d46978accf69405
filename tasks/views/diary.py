"""Tidsdagbok: a week of one's own work, one tap per piece, the whole day in view. About oneself, and no patient."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tasks.actions.diary import take_back as take_back_entry
from tasks.actions.doing import correct, log_work
from tasks.actions.recording import first_moment
from tasks.forms.diary import CorrectForm, EntryForm
from tasks.life import NotAllowed
from tasks.models import Task, TaskKind
from tasks.presenters.diary import BEGINS, Diary, day_url, diary
from tasks.presenters.kinds import quick_choices
from tasks.queries import LOGGED, usual_minutes
from tasks.queries.diary import entries, hours_at_work, kinds_to_log, most_done
from tasks.views.once import key_of
from teams.calendar import DAY, OSLO, Week, midnight, oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires
from teams.templatetags.fordel import minutes as minutes_words

MINUTE = dt.timedelta(minutes=1)


@dataclass
class Page:
    """One day of one's week as one request sees it. Six queries, however much there is."""

    request: MemberRequest
    week: Week
    day: dt.date

    @cached_property
    def now(self) -> dt.datetime:
        return timezone.now()

    @property
    def today(self) -> dt.date:
        return oslo_date(self.now)

    @cached_property
    def kinds(self) -> list[TaskKind]:
        return kinds_to_log(self.request.member)

    @cached_property
    def quick(self) -> list[TaskKind]:
        return most_done(self.request.member, self.kinds, today=self.today)

    @cached_property
    def usual(self) -> dict[tuple[int, str], int]:
        return usual_minutes(self.request.member)

    def form(self, data: object = None) -> EntryForm:
        profession = self.request.member.profession
        return EntryForm(data, kinds=self.kinds, first=self.quick, profession=profession)

    def read(self) -> Diary:
        member = self.request.member
        return diary(
            self.week, self.day, entries(member, self.week), hours_at_work(member, self.week.days), today=self.today
        )  # fmt: skip

    def show(
        self, status: int = 200, *, form: EntryForm | None = None, said: str = "", error: str = "", opened: int = 0
    ) -> HttpResponse:  # fmt: skip
        open_ = first_moment(self.now) <= midnight(self.day) <= self.now
        context = {
            "diary": self.read(),
            "quick": quick_choices(self.quick, self.usual, self.request.member.profession),
            "form": form or self.form(),
            "before": self.week.plus(-1),
            "after": self.week.plus(1) if self.week < Week.of(self.today) else None,
            "today": self.today,
            "may_fill": open_,
            "ahead": self.day > self.today,
            "said": said,
            "error": error,
            "opened": opened,
            # Else the entry that was open before a swap would close the one that comes open.
            "group": str(self.now.microsecond),
        }
        template = "tasks/diary.html" + ("#answer" if self.request.htmx.target == "dagbok" else "")
        return render(self.request, template, context, status=status)

    def said(self, text: str, opened: int = 0) -> HttpResponse:
        """After a change: the day anew with htmx, else back to its page."""
        if self.request.htmx.target == "dagbok":
            return self.show(said=text, opened=opened)
        where = f"#rett-{opened}" if opened else ""
        return HttpResponseRedirect(day_url(self.day) + where)


@require_safe
@requires(Permission.DO_TASKS)
def this_week(request: MemberRequest) -> HttpResponse:
    return HttpResponseRedirect(day_url(oslo_date(timezone.now())))


@require_safe
@requires(Permission.DO_TASKS)
def week(request: MemberRequest, week: str) -> HttpResponse:
    """A day of the week (`dag`, 1 to 7): today's, unless another is asked for."""
    return _page(request, week, request.GET.get("dag", "")).show()


def _page(request: MemberRequest, week: str, weekday: str) -> Page:
    try:
        found = Week.parse(week)
        days = found.days
    except (ValueError, OverflowError):
        raise Http404 from None
    today = oslo_date(timezone.now())
    chosen = int(weekday) if weekday in set("1234567") else 0
    day = days[chosen - 1] if chosen else today if today in days else days[0]
    return Page(request, found, day)


def _page_of(request: MemberRequest, day: dt.date) -> Page:
    return Page(request, Week.of(day), day)


@require_POST
@requires(Permission.DO_TASKS)
def tell(request: MemberRequest, week: str, weekday: int) -> HttpResponse:
    """One more piece of work on that day; without a clock it is put after the last one (today: just now)."""
    if not 1 <= weekday <= 7:
        raise Http404
    page = _page(request, week, str(weekday))
    form = page.form(request.POST)
    if not form.is_valid():
        return page.show(422, form=form)
    data, kind = form.cleaned_data, form.cleaned_data["kind"]
    minutes = (
        data["minutes"] or page.usual.get((kind.pk, LOGGED)) or kind.minutes_for(request.member.profession)
    )
    try:
        log_work(
            kind, by=request.member, minutes=minutes, origin=kind.origin, at=page.now,
            ended_at=_ended(page, data["ended"], minutes),
            channel=data["channel"], once=key_of(request),
        )  # fmt: skip
    except ValueError:
        error = _("Bare i dag og før, og tidligst fra mandag i forrige uke.")
        return page.show(422, form=form, error=error)
    return page.said(_("Ført: %(name)s, %(n)d min.") % {"name": kind.name, "n": minutes})


def _ended(page: Page, clock: dt.time | None, minutes: int) -> dt.datetime:
    if clock is not None:
        return dt.datetime.combine(page.day, clock, tzinfo=OSLO)
    if page.day == page.today:
        return page.now
    done = [
        each.ended_at
        for each in entries(page.request.member, page.week)
        if oslo_date(each.ended_at) == page.day
    ]
    last = max(done, default=midnight(page.day) + BEGINS * MINUTE)
    return min(last + minutes * MINUTE, midnight(page.day + DAY) - MINUTE)


@require_POST
@requires(Permission.DO_TASKS)
def set_right(request: MemberRequest, task_id: int) -> HttpResponse:
    """Minutes (five more, five fewer, or typed) and channel of one's own work, this week or last."""
    page, form = _page_of_task(request, task_id), CorrectForm(request.POST)
    if not form.is_valid():
        error = " ".join(str(text) for found in form.errors.values() for text in found)
        return page.show(422, error=error, opened=task_id)
    data = form.cleaned_data
    return _change(
        page, task_id,
        lambda: correct(
            task_id, by=request.member, minutes=data["minutes"], channel=data["channel"] or None,
            version=data["version"], at=page.now,
        ),
        lambda task: _("%(name)s: %(time)s.") % {"name": task.name, "time": minutes_words(task.minutes)},
    )  # fmt: skip


@require_POST
@requires(Permission.DO_TASKS)
def take_back(request: MemberRequest, task_id: int) -> HttpResponse:
    """What was logged by mistake is taken back."""
    page = _page_of_task(request, task_id)
    return _change(
        page, task_id, lambda: take_back_entry(task_id, by=request.member, at=page.now),
        lambda task: _("%(name)s er tatt tilbake.") % {"name": task.name}, keep_open=False,
    )  # fmt: skip


def _page_of_task(request: MemberRequest, task_id: int) -> Page:
    """The day on which the member did the task. 404 for what somebody else did, or another clinic's."""
    taken_back = Q(done_by__isnull=True, assignee=request.member)
    own = Task.objects.visible_to(request.member).filter(taken_back | Q(done_by=request.member), pk=task_id)
    ended = own.filter(ended_at__isnull=False).values_list("ended_at", flat=True).first()
    if ended is None:
        raise Http404
    return _page_of(request, oslo_date(ended))


def _change(
    page: Page, task_id: int, act: Callable[[], Task], words: Callable[[Task], str], *, keep_open: bool = True
) -> HttpResponse:
    try:
        task = act()
    except PermissionDenied:
        raise Http404 from None
    except NotAllowed as error:
        return page.show(422, error=str(error), opened=task_id)
    except ValueError:
        return page.show(422, error=_("Denne oppgaven har ikke den kanalen."), opened=task_id)
    return page.said(words(task), opened=task_id if keep_open else 0)
