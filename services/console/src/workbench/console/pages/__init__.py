"""Every page, in the order of the navigation: a page more is a module, a template of the same name, and a line here."""

from workbench.console.page import Page
from workbench.console.pages import file, job, jobs, sign_in

PAGES: tuple[Page, ...] = (jobs.PAGE, job.PAGE, file.PAGE, sign_in.PAGE)
