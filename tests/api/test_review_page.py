"""The page of a question, used as people without script use it: links and forms."""

from __future__ import annotations

import re

import pytest
from httpx import AsyncClient, Response

from domain.money import Money
from domain.review import RULES, ReviewKind
from store.reviews import ReviewView
from tests.api.office import CASE_NO, PATIENT_ID, PATIENT_NAME, Office, hidden

CANARY = "<script>alert('CANARY')</script>"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


async def submit(
    browser: AsyncClient, review: ReviewView, page: Response | None = None, **changes: str
) -> Response:
    page = page or await browser.get(f"/reviews/{review.review_no}")
    names = ("form_token", "version", "evidence_hash", "idempotency_key", "show")
    form = {name: hidden(page.text, name) for name in names}
    # The browser undoes what the template escaped.
    form["seen"] = hidden(page.text, "seen").replace("&#34;", '"').replace("&amp;", "&")
    form |= {"outcome": "correct", "reason_code": "data_error", "text": "seen", **changes}
    return await browser.post(f"/reviews/{review.review_no}/decision", data=form)


async def test_the_list_counts_what_this_person_may_decide(office: Office) -> None:
    office.ask()
    office.ask(ReviewKind.WRITE_OFF)
    async with office.browser("fin-wang") as browser:
        page = await browser.get("/")
        everything = await browser.get("/?show=open")
    assert "1 waiting for your decision" in page.text
    assert page.text.count('class="row-link"') == 1
    assert everything.text.count('class="row-link"') == 2
    async with office.browser("audit-he") as auditor:
        assert "Nothing waits for you." in (await auditor.get("/")).text


async def test_the_list_can_be_narrowed_and_refuses_nonsense(office: Office) -> None:
    office.ask()
    office.ask(ReviewKind.UNPAID)
    async with office.browser("fin-wang") as browser:
        narrowed = await browser.get("/?kind=unpaid")
        wrong = [await browser.get("/?kind=x"), await browser.get("/?show=x")]
    assert narrowed.text.count('class="row-link"') == 1
    assert [answer.status_code for answer in wrong] == [422, 422]


async def test_the_page_shows_sentence_figures_and_what_follows(office: Office) -> None:
    review = office.ask()
    async with office.browser("fin-wang") as browser:
        english = (await browser.get(f"/reviews/{review.review_no}")).text
        chinese = (await browser.get(f"/reviews/{review.review_no}?lang=zh")).text
    assert "240.00 was denied. Correct and resend, or write off?" in english
    assert re.search(r"¥360\.00</td>.*¥120\.00</td>.*−¥240\.00</td>", english)
    assert "D01 缺少送货签收单" in english
    assert "The claim is corrected and sent again as a new version." in english
    assert "被拒付 240.00 元：更正后再申报，还是核销？" in chinese
    assert "申报单更正后以新版本重新提交给付款方。" in chinese


async def test_no_outcome_is_chosen_before_the_person_chooses(office: Office) -> None:
    review = office.ask()
    async with office.browser("fin-wang") as browser:
        page = (await browser.get(f"/reviews/{review.review_no}")).text
    assert "checked>" not in page.split('id="decision"')[1].split("</form>")[0]
    assert "autofocus" not in page


async def test_after_a_decision_the_neighbour_is_shown(office: Office) -> None:
    kinds = (ReviewKind.DENIAL, ReviewKind.UNPAID, ReviewKind.TAKE_BACK)
    asked = sorted((office.ask(kind) for kind in kinds), key=lambda r: r.review_no)
    first, middle, last = asked
    async with office.browser("fin-wang") as browser:
        outcomes = {review.review_no: review.outcomes[0] for review in asked}
        after = await submit(browser, middle, outcome=outcomes[middle.review_no])
        assert after.status_code == 303
        expected = f"/reviews/{last.review_no}?show=mine&done={middle.review_no}"
        assert after.headers["location"] == expected
        told = await browser.get(after.headers["location"])
        assert f"Recorded: {middle.review_no}" in told.text
        after = await submit(browser, last, outcome=outcomes[last.review_no])
        assert after.headers["location"].startswith(f"/reviews/{first.review_no}?")
        after = await submit(browser, first, outcome=outcomes[first.review_no])
        assert after.headers["location"] == f"/?show=mine&done={first.review_no}"
    assert len(office.wakes.sent) == 3


async def test_what_just_happened_is_told_from_the_store_only(office: Office) -> None:
    review = office.ask()
    async with office.browser("fin-wang") as browser:
        for query in (f"done={review.review_no}", f"half={review.review_no}", "done=RV-NONE"):
            page = await browser.get(f"/?{query}")
            assert 'role="status"' not in page.text


async def test_the_decided_page_says_who_when_and_why(office: Office) -> None:
    review = office.ask()
    async with office.browser("fin-wang") as browser:
        await submit(browser, review, text=f"read the note {CANARY}")
        page = (await browser.get(f"/reviews/{review.review_no}")).text
        listed = (await browser.get("/?show=decided")).text
    assert "Decided by fin-wang on 2026-01-05 08:00" in page
    assert "Error in the data" in page
    assert "read the note &lt;script&gt;" in page
    assert "<form" not in page.split('class="side"')[1].split("</section>")[0]
    assert "Correct and resend" in listed


async def test_changed_evidence_keeps_the_text_and_shows_the_difference(office: Office) -> None:
    review = office.ask()
    async with office.browser("fin-wang") as browser:
        page = await browser.get(f"/reviews/{review.review_no}")
        office.ask(amount=Money(30000), proposals=("RA-9",))
        answer = await submit(browser, review, page, text="what I had written")
        again = await submit(browser, review, answer)
    assert answer.status_code == 409
    assert "The evidence changed while you were looking" in answer.text
    assert re.search(r"<del>¥240\.00</del>.*<ins>¥300\.00</ins>", answer.text)
    assert re.search(r"<del>1</del>.*<ins>2</ins>", answer.text)
    assert "what I had written" in answer.text
    assert again.status_code == 303
    decided = office.review(review.review_no)
    assert (decided.state, decided.version) == ("decided", 2)


@pytest.mark.parametrize("seen", ["", "not json", "[1]", '{"amount": "<script>1"}'])
async def test_a_broken_memory_of_the_form_breaks_no_page(office: Office, seen: str) -> None:
    review = office.ask()
    async with office.browser("fin-wang") as browser:
        answer = await submit(browser, review, version="9", seen=seen)
    assert answer.status_code == 409
    assert "<script>1" not in answer.text


async def test_a_form_without_a_reason_comes_back_with_what_was_chosen(office: Office) -> None:
    review = office.ask()
    async with office.browser("fin-wang") as browser:
        answer = await submit(browser, review, reason_code="", text="my words", outcome="write_off")
    assert (answer.status_code, office.review(review.review_no).state) == (422, "open")
    assert "Choose a reason and give an explanation." in answer.text
    assert "my words" in answer.text
    assert re.search(r'value="write_off"[^>]*checked', answer.text)


async def test_two_presses_of_one_form_are_one_decision(office: Office) -> None:
    review = office.ask()
    async with office.browser("fin-wang") as browser:
        page = await browser.get(f"/reviews/{review.review_no}")
        first = await submit(browser, review, page)
        second = await submit(browser, review, page)
    assert (first.status_code, second.status_code) == (303, 303)
    assert len(office.wakes.sent) == 1


async def test_the_first_of_two_approvals_says_that_another_must_follow(office: Office) -> None:
    review = office.ask(needed_approvals=2)
    async with office.browser("fin-wang") as browser:
        assert (
            "two different people must approve"
            in (await browser.get(f"/reviews/{review.review_no}")).text
        )
        after = await submit(browser, review)
        told = (await browser.get(after.headers["location"])).text
        mine = (await browser.get(f"/reviews/{review.review_no}")).text
    assert "The first of two approvals is recorded" in told
    assert "You may look, but not decide this question." in mine
    async with office.browser("head-chen") as head:
        theirs = (await head.get(f"/reviews/{review.review_no}")).text
    assert "One approval is in (fin-wang)" in theirs
    assert 'id="decision"' in theirs


@pytest.mark.parametrize(
    ("login", "words"),
    [
        ("audit-he", "This kind is decided by: Finance / Head of finance."),
        ("ops-li", "This kind is decided by: Finance / Head of finance."),
        ("fin-zhao", "You started or prepared this case; someone else must decide."),
    ],
)
async def test_who_may_not_decide_sees_why_and_no_form(
    office: Office, login: str, words: str
) -> None:
    review = office.ask()
    async with office.browser(login) as browser:
        page = (await browser.get(f"/reviews/{review.review_no}")).text
        forced = await browser.post(
            f"/reviews/{review.review_no}/decision",
            data={
                "form_token": hidden(page, "form_token"),
                "outcome": "correct",
                "reason_code": "other",
                "text": "x",
                "version": "1",
                "evidence_hash": review.evidence_hash,
                "idempotency_key": "k",
            },
        )
    assert words in page
    assert 'id="decision"' not in page
    assert forced.status_code == 403
    assert office.review(review.review_no).state == "open"


async def test_evidence_stands_beside_the_decision_in_the_form_that_fits(office: Office) -> None:
    png = office.put(PNG, kind="screenshot")
    pdf = office.put(b"%PDF-1.7 x", kind="remittance.pdf")
    docx = office.put(b"PK\x03\x04 x", kind="dossier")
    text = office.put(b'{"total": "<b>CANARY</b>"}', kind="remittance.json")
    secret = office.put(b"%PDF-1.7 bank", kind="statement.pdf")
    review = office.ask(
        ReviewKind.PROOF_OF_DELIVERY,
        subject=CASE_NO,
        evidence=(png, pdf, docx, text, secret, "f" * 64),
    )
    async with office.browser("ops-li") as browser:
        page = (await browser.get(f"/reviews/{review.review_no}")).text
    assert f'<img src="/api/evidence/{png}"' in page
    assert f'<img src="/evidence/{pdf}/preview.png"' in page
    assert f'href="/api/evidence/{docx}"' in page
    assert "&lt;b&gt;CANARY" in page
    assert "<b>CANARY" not in page
    assert f'href="/api/evidence/{secret}"' not in page
    assert "Evidence ffffffffffff cannot be read." in page


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_nothing_that_comes_from_outside_runs_as_script(office: Office, lang: str) -> None:
    office.put(b"x", kind=CANARY)
    review = office.ask(
        subject=CANARY,
        sentence_zh=CANARY,
        sentence_en=CANARY,
        proposals=(CANARY,),
        evidence=(CANARY,),
    )
    async with office.browser("fin-wang", lang=lang) as browser:
        for path in (
            "/",
            f"/?show={CANARY}",
            f"/?kind={CANARY}",
            f"/login?next={CANARY}",
            f"/reviews/{review.review_no}?show={CANARY}&done={CANARY}",
            f"/reviews/{CANARY}",
            f"/cases?started={CANARY}",
            f"/cases/{CASE_NO}?asked={CANARY}",
            f"/cases/{CANARY}",
        ):
            page = await browser.get(path)
            assert "<script>alert" not in page.text, path
            assert 'onerror="' not in page.text


async def test_no_patient_stands_on_any_page_or_in_any_answer(office: Office) -> None:
    review = office.ask()
    paths = ["/", "/cases", "/summary", f"/cases/{CASE_NO}", f"/reviews/{review.review_no}"]
    paths += [f"/api{path}" for path in paths[1:]] + ["/api/reviews"]
    async with office.browser("head-chen") as browser:
        for path in paths:
            answer = await browser.get(path)
            assert answer.status_code == 200, path
            assert PATIENT_NAME not in answer.text
            assert PATIENT_ID not in answer.text
            assert "M-TEST-0001" not in answer.text


@pytest.mark.parametrize("kind", list(ReviewKind))
@pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=pytest.mark.thorough)])
async def test_every_kind_of_question_has_a_page(
    office: Office, kind: ReviewKind, lang: str
) -> None:
    review = office.ask(kind, case_no=None, subject="X-1")
    async with office.browser("head-chen", lang=lang) as browser:
        page = await browser.get(f"/reviews/{review.review_no}")
    assert page.status_code == 200
    assert page.text.count('name="outcome"') == len(RULES[kind].outcomes)


async def test_a_question_about_a_case_that_never_opened_still_has_its_page(
    office: Office,
) -> None:
    review = office.ask(ReviewKind.STEP_FAILED, case_no="SO-2026-0999", subject="SO-2026-0999")
    async with office.browser("fin-wang") as browser:
        assert (await browser.get(f"/reviews/{review.review_no}")).status_code == 200
