"""What is wrong with the ledger, its disk or a copy of it, and what to do about it."""

from collections.abc import Mapping

from ui.words.i18n import N_

_RESTORE = N_("Restore the newest backup with: silo restore. What is there now is kept under another name.")

LEDGER_PROBLEMS: Mapping[str, tuple[str, str]] = {
    "ledger_held": (
        N_("the data folder {folder} is in use by process {process}"),
        N_("Stop that station first, or take another data folder."),
    ),
    "ledger_busy": (
        N_("another program uses or copies the ledger {file}"),
        N_("Try again in a moment."),
    ),
    "ledger_disk_full": (
        N_("the disk of {folder} is full: nothing was written"),
        N_("Free space on it, then try again."),
    ),
    "ledger_damaged": (N_("the ledger {file} is damaged ({error})"), _RESTORE),
    "backup_damaged": (
        N_("the backup {file} is damaged ({error})"),
        N_("Take another backup. Nothing was replaced."),
    ),
    "ledger_foreign": (N_("the file {file} is no ledger of a silo station"), N_("Take another file.")),
    "ledger_newer": (
        N_("the ledger {file} was made by a newer station (tables {revision}, here {newest})"),
        N_("Install that version of the station, or restore an older backup with: silo restore."),
    ),
    "ledger_unreadable": (
        N_("the station cannot open or write {file} ({error})"),
        N_(
            "Give the data folder and all in it to the user that runs the station, on a disk that takes "
            "writing."
        ),
    ),
    "ledger_missing": (
        N_("the data folder {folder} has lost its ledger; left are: {left}"),
        N_(
            "Restore the newest backup with: silo restore. For a new silo name another folder in the site "
            "file, [site] data."
        ),
    ),
    "folder_nowhere": (
        N_("the data folder {folder} cannot be made: {parent} is not there"),
        N_("Mount its disk, make that folder, or correct [site] data in the site file."),
    ),
    "folder_not_ours": (
        N_("another user's: {file} belongs to {owner}, and this runs as {user}"),
        N_("Run it as {owner}, or give the data folder and all in it to {user}."),
    ),
    "folder_of_others": (
        N_("the data folder {folder} holds other things already: {left}"),
        N_("Name an empty folder, or one that is not there yet, in the site file, [site] data."),
    ),
    "folder_exposed": (
        N_("others can read {file}, and its disk does not let that be changed"),
        N_("Name a data folder on another disk in the site file, [site] data."),
    ),
    "ledger_present": (
        N_("the ledger {file} is whole: it is not replaced by a backup"),
        N_("To replace it all the same add --replace; it is then kept under another name."),
    ),
    "ledger_of_another_site": (
        N_("the ledger {file} is of the site {theirs}, not of {ours}"),
        N_("Take the data folder or the backup of this site, or correct [site] id in the site file."),
    ),
    "backup_missing": (
        N_("there is no backup in {folder}: its disk may be missing"),
        N_("Plug it in and mount it. A new disk is begun by a person with: silo backup {folder}."),
    ),
    "backup_busy": (N_("another backup is being written to {folder}"), N_("Try again in a moment.")),
    "backup_unreadable": (
        N_("the second disk does not read or write: {file} ({error})"),
        N_("Look at its cable, and whether it is mounted for writing."),
    ),
    "backup_place_taken": (
        N_("the folder {folder} holds other things under a backup's names"),
        N_("Name an empty folder of the disk."),
    ),
    "backup_later": (
        N_("the backup in {folder} goes further than this ledger: it is not replaced"),
        N_("Is this box to go on with it: silo restore {folder}. A new silo takes an empty folder."),
    ),
    "backup_no_room": (
        N_("the disk of {folder} is too small: {missing_mb} MB are missing"),
        N_("Make room on it, or take a larger one. Nothing was changed."),
    ),
    "taken_over": (
        N_("the box {box} took over at {taken_at}: this one accepts nothing any more"),
        N_("Go on at {box}. Is this to be the station again: silo restore --take-over."),
    ),
    "no_room_for_copy": (
        N_("the data folder's disk has no room for a copy: {free_mb} MB free, {needed_mb} MB needed"),
        N_("Make room on it, then try again."),
    ),
}
