"""Which mask belongs to which image: by a list, or by their names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workbench.archives.entries import Entry
from workbench.dataset.reading.coding import Coding, Mask
from workbench.dataset.reading.found import Fault, Reading, some
from workbench.dataset.reading.texts import lines

TASK = "semantic-segmentation"
# Which part of a data set is taken where a list is there for each: what a model was not trained on, if possible.
PARTS = ("val", "test", "train", "trainval")


@dataclass
class Pairs:
    """Images and masks by the key that makes them a pair, those of one key taken once."""

    images: dict[str, Entry]
    masks: dict[str, Entry]
    warnings: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @classmethod
    def keyed(cls, images: Iterable[Entry], masks: Iterable[Entry], key: Callable[[str], str]) -> Pairs:
        """``key``: of the name of either."""
        found = cls({}, {})
        for entries, kept, what in ((images, found.images, "images"), (masks, found.masks, "masks")):
            for entry in entries:
                first = kept.setdefault(key(entry.name), entry)
                if first is not entry:
                    found.faults.append(Fault(entry.name, f"{first.name} is of the same name; of two {what} keep one"))
        return found

    def all(self) -> list[str]:
        """The keys that have both; what has not is left out and told. None at all is a fault."""
        both = sorted(self.images.keys() & self.masks.keys())
        if not both and not self.faults:
            self.faults.append(self._no_pair())
        for mine, others, what, missing in (
            (self.images, self.masks, "images", "mask"),
            (self.masks, self.images, "masks", "image"),
        ):
            alone = [mine[key].name for key in sorted(mine.keys() - others.keys())]
            if alone and both:
                self.warnings.append(f"{len(alone)} {what} have no {missing}, so left out: {some(alone)}")
        return both

    def listed(self, entry: Entry) -> list[str]:
        """The keys that a list has, one a line; what has not both is a fault of its line."""
        keys, repeated = dict[str, int](), 0
        for number, row in enumerate(lines(entry), 1):
            key = self._key(row)
            if row and key in keys:
                repeated += 1
            elif row:
                keys[key] = number
                self._require(key, entry.name, number)
        if not keys:
            self.faults.append(Fault(entry.name, "the list is empty (or over 64 MB); a name a line is expected"))
        if repeated:
            self.warnings.append(f"{repeated} lines of {entry.name} repeat an earlier one")
        self._tell_unlisted(keys, entry.name)
        return sorted(key for key in keys if key in self.images and key in self.masks)

    def has_a_mask(self, entry: Entry) -> bool:
        """Whether the list has an image with one."""
        return any(self._key(row) in self.masks for row in lines(entry) if row)

    def _key(self, row: str) -> str:
        """Of a line, which may have the suffix of the file."""
        if row in self.images or row in self.masks:
            return row
        stem = row.rpartition(".")[0]
        return stem if stem in self.images or stem in self.masks else row

    def _require(self, key: str, file: str, number: int) -> None:
        missing = [what for what, there in (("image", self.images), ("mask", self.masks)) if key not in there]
        if missing:
            self.faults.append(Fault(file, f"{key[:200]} has no {' and no '.join(missing)} in the upload", number))

    def _tell_unlisted(self, keys: Mapping[str, int], file: str) -> None:
        for entries, what in ((self.images, "images"), (self.masks, "masks")):
            unlisted = [entry.name for key, entry in sorted(entries.items()) if key not in keys]
            if unlisted and not self.faults:
                self.warnings.append(f"{len(unlisted)} {what} are not in {file}, so left out: {some(unlisted)}")

    def _no_pair(self) -> Fault:
        if not self.images or not self.masks:
            missing = [what for what, there in (("images", self.images), ("masks", self.masks)) if not there]
            return Fault("the upload", f"there are no {' and no '.join(missing)}")
        image, mask = next(iter(self.images.values())), next(iter(self.masks.values()))
        return Fault(image.name, f"no image has a mask of its name; there are masks such as {mask.name}")


def reading(pairs: Pairs, keys: Sequence[str], coding: Coding, faults: Sequence[Fault] = ()) -> Reading:
    """Of the pairs with these keys, in name order. ``faults``: of the classes; with some, no mask can be read."""
    chosen = sorted(((pairs.images[key], pairs.masks[key]) for key in keys), key=lambda pair: pair[0].name)
    known = {} if faults else {image.name: Mask(mask, coding) for image, mask in chosen}
    return Reading(
        [image for image, _ in chosen],
        {TASK: known},
        {TASK: list(coding.classes)},
        tuple(pairs.warnings),
        (*faults, *pairs.faults),
    )
