"""What is known of a package."""

from __future__ import annotations

from workbench.webapp.facts import Kept, listed, said, whole


class PackedFacts(Kept):
    """A file in it."""

    path = said("Below the package's folder.")
    sha256 = said("Of its bytes.")
    size_bytes = whole("Its size.")


class PackageFacts(Kept):
    """What is known of a package."""

    name = said("Its folder.")
    sha256 = said("Of the archive.")
    size_bytes = whole("Of the archive.")
    files = listed(PackedFacts, "Everything in it but `manifest.json`, which lists the same.")
    recommended = said("The variant that runs by default.")
    samples = whole("Images of the dataset that are in it.")
