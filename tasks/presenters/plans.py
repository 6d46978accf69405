"""One patient's plans in words: where each stands, what comes next in one visit, what else would fit. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tasks.models import Certainty, FollowUpPlan, PlanEvent, PlanStep, PlanVerb, Programme, Rule, Step
from teams.calendar import oslo_date

COLOURS = {Certainty.SOURCED: "success", Certainty.GENERAL: "warning", Certainty.DERIVED: "warning"}
# What a plan says that it was stopped for when the patient was gone (tasks/sql/end_plans.sql).


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of one patient's plan. `own`: an interval that only this patient has, with who gave it and why."""

    id: int
    name: str
    often: str
    usual: str
    own: bool
    changed: str
    last: dt.date | None
    due: dt.date | None
    open: bool
    hard: bool
    source: str
    certainty: str
    colour: str
    changeable: bool


@dataclass(frozen=True, slots=True)
class PlanCard:
    """A plan with its steps. `told`: how it came to stand so. `for_nothing`: the condition that it was for is no more.

    `once`: a discharge's. `gone`: it stopped because the patient was dead, off the list or in an institution.
    """

    id: int
    programme_id: int
    name: str
    state: str
    state_words: str
    told: str
    steps: tuple[StepRow, ...]
    for_nothing: bool
    once: bool
    resumable: bool
    gone: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """A programme that the patient has no running plan in, and why it fits, if it does."""

    programme: Programme
    why: str


# What happened to a plan.
VERBS = {
    PlanVerb.START: gettext_lazy("startet"),
    PlanVerb.DECLINE: gettext_lazy("takket nei"),
    PlanVerb.STOP: gettext_lazy("stanset"),
    PlanVerb.RESUME: gettext_lazy("startet igjen"),
    PlanVerb.INTERVAL: gettext_lazy("intervall endret"),
    PlanVerb.FINISH: gettext_lazy("fullført"),
}


# Which of them made a plan stand as it does.
LED_TO = {
    FollowUpPlan.State.ACTIVE: (PlanVerb.START, PlanVerb.RESUME),
    FollowUpPlan.State.STOPPED: (PlanVerb.STOP,),
    FollowUpPlan.State.DECLINED: (PlanVerb.DECLINE,),
    FollowUpPlan.State.FINISHED: (PlanVerb.FINISH,),
}


@dataclass(frozen=True, slots=True)
class StepWords:
    """A step of a programme: what, how often, and where that comes from."""

    name: str
    often: str
    source: str
    certainty: str
    colour: str
    hard: bool


def step_words(steps: Iterable[Step], own: Iterable[PlanStep] = ()) -> list[StepWords]:
    """What a plan has, and how often: by the patient's own interval where `own` has one."""
    of_step = {each.step_id: each for each in own}
    return [
        StepWords(
            step.name, _how_often(step, of_step.get(step.pk)), source_words(step), str(step.get_certainty_display()),
            COLOURS[Certainty(step.certainty)], step.hard,
        )
        for step in steps
    ]  # fmt: skip


def _how_often(step: Step, own: PlanStep | None) -> str:
    usual = often_words(step)
    if own is None or own.interval_months is None:
        return usual
    mine = interval_words(own.interval_months, own.interval_days)
    return _("%(mine)s (programmet: %(usual)s)") % {"mine": mine, "usual": usual}


def happened(events: Iterable[PlanEvent]) -> list[str]:
    """«3. mars 2026, Nina Nes: stanset. Reist bort», in the order given."""
    told = []
    for event in events:
        what = str(VERBS[PlanVerb(event.verb)])
        if event.verb == PlanVerb.INTERVAL:
            what = event_interval(event)
        words = {
            "day": f"{oslo_date(event.at):%d.%m.%Y}",
            "who": event.by.name if event.by else _("om natten"),
            "what": what,
        }
        text = _("%(day)s, %(who)s: %(what)s") % words
        told.append(f"{text}. {event.reason}" if event.reason else text)
    return told


def event_interval(event: PlanEvent) -> str:
    """«hver 3. måned», or that the programme's own counts again."""
    months, days = event.after.get("months"), event.after.get("days")
    return interval_words(months, days) if months or days else _("programmets eget")


def interval_words(months: int | None, days: int | None) -> str:
    """«hvert år», «hver 3. måned», «hver 10. dag», «hver 2. måned og 14 dager»."""
    months, days = months or 0, days or 0
    if months and months % 12 == 0 and not days:
        years = months // 12
        return ngettext("hvert år", "hvert %(n)d. år", years) % {"n": years}
    if months:
        text = ngettext("hver måned", "hver %(n)d. måned", months) % {"n": months}
        more = ngettext("%(n)d dag", "%(n)d dager", days) % {"n": days}
        return _("%(months)s og %(days)s") % {"months": text, "days": more} if days else text
    return ngettext("hver dag", "hver %(n)d. dag", days) % {"n": days}


def often_words(step: Step) -> str:
    """How often the programme has it, or what it comes before."""
    if step.leads_to_id is not None:
        return ngettext("%(n)d dag før", "%(n)d dager før", step.lead_days) % {"n": step.lead_days}
    if step.rule == Rule.ONCE:
        if step.interval_months:
            return ngettext("etter %(n)d måned", "etter %(n)d måneder", step.interval_months) % {
                "n": step.interval_months
            }
        return ngettext("etter %(n)d dag", "etter %(n)d dager", step.interval_days) % {
            "n": step.interval_days
        }
    words = interval_words(step.interval_months, step.interval_days)
    return _("en gang hvert kalenderår") if step.rule == Rule.CALENDAR_YEAR else words


def plan_cards(
    plans: Iterable[FollowUpPlan], events: Sequence[PlanEvent], codes: frozenset[str], drugs: int
) -> list[PlanCard]:
    """The running ones first. `events` of all of them, the latest first; `codes` the patient lives with."""
    cards = [_card(plan, [e for e in events if e.plan_id == plan.pk], codes, drugs) for plan in plans]
    return sorted(
        cards, key=lambda card: (card.state != FollowUpPlan.State.ACTIVE, card.name.lower(), card.id)
    )


def _card(plan: FollowUpPlan, events: list[PlanEvent], codes: frozenset[str], drugs: int) -> PlanCard:
    running = plan.state == FollowUpPlan.State.ACTIVE
    programme = plan.programme
    once = plan.discharge_id is not None
    return PlanCard(
        id=plan.pk,
        programme_id=programme.pk,
        name=programme.name,
        state=plan.state,
        state_words=str(plan.get_state_display()),
        told=_told(plan, events),
        steps=tuple(_step(each, running, events) for each in plan.steps.all() if not each.step.retired),
        for_nothing=running and programme.by_condition and not why_fits(programme, codes, {}, drugs),
        once=once,
        resumable=not running and not once and programme.state == Programme.State.APPROVED,
        gone=plan.ended_as == FollowUpPlan.EndedAs.GONE,
    )


def _told(plan: FollowUpPlan, events: list[PlanEvent]) -> str:
    """«fra 3. mars 2026, Nina Nes», «stanset 4. april 2026 av Nina Nes: reist bort»."""
    last = next((e for e in events if e.verb in LED_TO[FollowUpPlan.State(plan.state)]), None)
    who = last.by.name if last and last.by else ""
    if plan.state == FollowUpPlan.State.ACTIVE:
        words = {"day": f"{plan.starts_on:%d.%m.%Y}", "who": who}
        return _("fra %(day)s, startet av %(who)s") % words if who else _("fra %(day)s") % words
    day = f"{plan.ended_on:%d.%m.%Y}" if plan.ended_on else ""
    told = _("%(day)s av %(who)s") % {"day": day, "who": who} if who else day
    return f"{told}: {plan.end_reason}" if plan.end_reason else told


def _step(each: PlanStep, running: bool, events: list[PlanEvent]) -> StepRow:
    step = each.step
    own = each.interval_months is not None or each.interval_days is not None
    usual = often_words(step)
    return StepRow(
        id=each.pk,
        name=step.name,
        often=interval_words(each.interval_months, each.interval_days) if own else usual,
        usual=usual,
        own=own,
        changed=_changed(each, events),
        last=each.last_done_on,
        due=each.due_on if running else None,
        open=running and not each.waiting,
        hard=step.hard,
        source=source_words(step),
        certainty=str(step.get_certainty_display()),
        colour=COLOURS[Certainty(step.certainty)],
        changeable=running and step.rule != Rule.ONCE and step.leads_to_id is None,
    )


def source_words(step: Step) -> str:
    """General knowledge has no source to show; what the certainty says already is not said twice."""
    if step.certainty == Certainty.GENERAL:
        return ""
    return step.source.removeprefix(f"{Certainty(step.certainty).label}: ".capitalize())


def _changed(each: PlanStep, events: list[PlanEvent]) -> str:
    """Who last changed the interval, when and why; empty when nobody has."""
    about = (e for e in events if e.verb == PlanVerb.INTERVAL and e.step_id == each.step_id)
    if (last := next(about, None)) is None:
        return ""
    words = {
        "who": last.by.name if last.by else "",
        "day": f"{oslo_date(last.at):%d.%m.%Y}",
        "why": last.reason,
    }
    return _("%(who)s %(day)s: %(why)s") % words


def why_fits(programme: Programme, codes: frozenset[str], titles: Mapping[str, str], drugs: int) -> str:
    """The conditions, or the number of drugs, for which the programme is for this patient; empty when it is not."""
    if not programme.by_condition or programme.on_discharge:
        return ""
    if programme.icpc2:
        return ", ".join(titles.get(code, code) for code in programme.icpc2 if code in codes)
    if programme.min_drugs and drugs >= programme.min_drugs:
        return _("%(n)d legemidler i bruk") % {"n": drugs}
    return ""


def fits(
    programmes: Iterable[Programme],
    plans: Iterable[FollowUpPlan],
    codes: frozenset[str],
    titles: Mapping[str, str],
    drugs: int,
) -> list[Fit]:
    """The programmes that the patient never had a plan in, but those for discharges; those that fit come first."""
    had = {plan.programme_id for plan in plans if plan.discharge_id is None}
    rest = [p for p in programmes if p.pk not in had and not p.on_discharge]
    found = [Fit(programme, why_fits(programme, codes, titles, drugs)) for programme in rest]
    return sorted(found, key=lambda fit: (not fit.why, fit.programme.name.lower()))
