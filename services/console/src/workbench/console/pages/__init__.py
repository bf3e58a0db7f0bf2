"""Every page, in the order of the navigation: a page more is a module, a template of the same name, and a line here."""

from workbench.console.page import Page
from workbench.console.pages import (
    dataset,
    datasets,
    evaluation,
    file,
    job,
    jobs,
    model,
    models,
    profile,
    project,
    projects,
    sign_in,
    start,
    targets,
    team,
    things,
    trial,
)

PAGES: tuple[Page, ...] = (
    start.PAGE,
    projects.PAGE,
    models.PAGE,
    datasets.PAGE,
    trial.PAGE,
    jobs.PAGE,
    targets.PAGE,
    team.PAGE,
    project.PAGE,
    model.PAGE,
    profile.PAGE,
    evaluation.PAGE,
    dataset.PAGE,
    job.PAGE,
    file.PAGE,
    things.PAGE,
    sign_in.PAGE,
)
