"""Makes an empty help desk: its tables, one clerk, and the queues that the public may hand in to.

Run inside the help desk's own environment, with the variables that `environment` tells.
"""

CLERK = ("clerk", "clerk-of-the-help-desk")
QUEUES = (("Claims", "claims"), ("Complaints", "complaints"))


def main() -> None:
    """Fill the folder that `HELPDESK_FOLDER` names."""
    # Known to that environment only.
    import django  # type: ignore[import-not-found]
    from django.core.management import call_command  # type: ignore[import-not-found]

    django.setup()
    call_command("migrate", verbosity=0)

    # Models can be imported only after `setup`.
    from django.contrib.auth import get_user_model  # type: ignore[import-not-found]
    from helpdesk.models import Queue  # type: ignore[import-not-found]

    name, password = CLERK
    get_user_model().objects.create_superuser(name, f"{name}@portal.invalid", password)
    for title, slug in QUEUES:
        Queue.objects.create(title=title, slug=slug, allow_public_submission=True)


if __name__ == "__main__":
    main()
