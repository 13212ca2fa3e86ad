"""Pictures of what the bot saw. Everything that may hold a person's data is covered, unless the
definition says that it may be shown."""

from __future__ import annotations

from bots.portal import scripts
from bots.portal.definition import EvidenceRule
from bots.portal.desk import Desk
from bots.portal.values import Picture, PortalDown


class Album:
    """Collects masked pictures; `secrets` are covered wherever they stand."""

    def __init__(self, rule: EvidenceRule, secrets: tuple[str, ...] = ()) -> None:
        self._rule = rule
        self._secrets = tuple(secret for secret in secrets if secret)
        self.pictures: list[Picture] = []

    async def take(self, desk: Desk, label: str) -> None:
        """Take a picture of the whole page. Raises: PortalDown."""
        rule = self._rule
        wanted = [rule.label_cells, rule.show_names, rule.show_labels, self._secrets]
        async with desk.bounded():
            await desk.page.evaluate(scripts.MARK, wanted)
            png = await desk.page.screenshot(
                full_page=True,
                animations="disabled",
                mask=[desk.page.locator("[data-covered]")],
                mask_color="#404040",
            )
        self.pictures.append(Picture(label, png))

    async def take_if_possible(self, desk: Desk, label: str) -> None:
        """Take a picture of a page that may be gone; say so by its absence."""
        try:
            await self.take(desk, label)
        except PortalDown:
            return

    def cleaned(self, text: str) -> str:
        """Cut the secrets out of a text that the portal showed."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text
