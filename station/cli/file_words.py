"""What the system says of a file that cannot be read or written, in the reader's language."""

import errno
from collections.abc import Mapping
from types import MappingProxyType
from typing import NoReturn

from station.cli.say import LANGUAGE, Exit, fail
from ui.words.i18n import N_, translator

_WORDS: Mapping[int | None, str] = MappingProxyType(
    {
        errno.ENOENT: N_("there is no such file or folder"),
        errno.EISDIR: N_("this is a folder, not a file"),
        errno.ENOTDIR: N_("a part of its path is no folder"),
        errno.EEXIST: N_("it is there already"),
        errno.EACCES: N_("its rights forbid it"),
        errno.EPERM: N_("its rights forbid it"),
        errno.EROFS: N_("this disk can only be read"),
        errno.ENOSPC: N_("the disk is full"),
        errno.ENAMETOOLONG: N_("its name is too long"),
    }
)


def why(error: OSError) -> str:
    """Return the reason; what the system says itself where no words are known for it."""
    known = _WORDS.get(error.errno)
    return translator(LANGUAGE).gettext(known) if known else error.strerror or str(error)


def said_of(file: object, error: OSError) -> str:
    return translator(LANGUAGE).named(str(file), why(error))


def end_of(file: object, error: OSError, code: Exit = Exit.USAGE) -> NoReturn:
    """End the command with what is wrong with a file."""
    fail(said_of(file, error), code)
