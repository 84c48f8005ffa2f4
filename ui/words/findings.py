"""What `silo check` found, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from ui.words.i18n import N_, translator
from ui.words.parameters import parameter_texts
from ui.words.reasons import unknown_message

# what was looked at
LOOKED_AT = (
    N_("site file"),
    N_("rule pack"),
    N_("database"),
    N_("audit chain"),
    N_("clock"),
    N_("disk"),
    N_("people"),
    N_("model"),
    N_("trusted keys"),
    N_("photos"),
    N_("models"),
    N_("second disk"),
    N_("program"),
    N_("post"),
    N_("bags"),
)

FINDINGS: Mapping[str, str] = {
    "pack_read": N_("{name} {version}, from {from}: not signed"),
    "pack_shipped": N_("{name} {version}, from {from}: shipped with the station"),
    "pack_signed": N_("{name} {version}, from {from}: signed with {key}"),
    "pack_unsigned": N_(
        "{name} {version}, from {from}: not signed by a trusted key; whoever wrote the site file answers "
        "for it"
    ),
    "folder_new": N_("{folder} is new: the first start makes the ledger"),
    "folder_whole": N_("{folder} is whole"),
    "recovery_hub_refuses": N_("headquarters gives nothing back: {text}"),
    "recovery_unknown_bags": N_("headquarters knows none of the bags that this ledger has: ask there"),
    "recovery_broken_line": N_("what was given back is no line of bags of this station: {text}"),
    "recovery_newer_release": N_(
        "what was given back was sealed by a newer release ({text}): install that one first"
    ),
    "recovery_another_machine": N_(
        "headquarters hears another machine as this station: {text}. "
        "Where it is switched off for good: --replaces with its name; else silo hub settle there"
    ),
    "recovery_held": N_(
        "the ledger came from a backup: silo post reconcile brings back what headquarters or a stick knows; "
        "silo post reconcile --go-on receives trucks without it"
    ),
    "recovery_going_on": N_(
        "the ledger came from a backup and facts after it are missing: stop the station, "
        "then silo post reconcile"
    ),
    "folder_in_use": N_("in use by the running station (process {process})"),
    "chain_whole": N_("is whole"),
    "chain_broken": N_("is broken at event {seq}: restore a backup"),
    "clock_kept": N_("{machine}, kept right by a time service"),
    "clock_unkept": N_("{machine}, kept right by nobody: in doubt the terminal asks for the time"),
    "clock_behind": N_(
        "{machine}, before the last record ({recorded}): set it right, or where it is: silo clock repair"
    ),
    "clock_records_ahead": N_("{machine}, before the last record ({recorded}): silo clock repair ends that"),
    "clock_beyond": N_("{machine}, long after the last record ({recorded}): the terminal asks for the time"),
    "program_unheard": N_(
        "{names} name the co-operative's program, which has no token and no folder: "
        "silo token add NAME --kind erp, or [exchange]"
    ),
    "program_has_token": N_("the co-operative's program has its token"),
    "folder_not_writable": N_("{folder}: the station's user may not write there"),
    "folders_writable": N_("{folder}: files are exchanged there"),
    "printer_ready": N_("{target} is ready"),
    "disk_roomy": N_("{free_mb} MB free"),
    "disk_tight": N_("{free_mb} MB free: under {least_mb}, make room"),
    "nobody_manages": N_("nobody here is a manager: add one with silo person add NAME --role manager"),
    "model_of_no_species": N_(
        "{model} judges {models_species}, which this site does not take: see silo model list"
    ),
    "vision_not_wanted": N_("vision is off: no photo is judged"),
    "keys_read": N_("{names}"),
    "no_keys": N_("none: no model can be installed"),
    "bundle_read": N_("{name} {version}, as shipped"),
    "recording_read": N_("reads as it did on site"),
    "files_whole": N_("{looked_at} of {count} looked at, all whole"),
    "file_missing": N_("the file {file} is gone: send it again from where it came, or restore the folder"),
    "file_damaged": N_("the file {file} is damaged: send it again from where it came, or restore the folder"),
    "files_more": N_("and {count} more"),
    "post_owes_nothing": N_("headquarters has all bags"),
    "post_owes": N_("headquarters lacks {bags} bags, the oldest for {age_s}"),
    "post_refused": N_("headquarters takes nothing, trucks go on: {hub_reason}"),
    "post_disk_full": N_("the disk took no bag ({text}): make room, it goes on by itself"),
    "bags_agree": N_("{looked_at} of {count} bags compared, the newest: {rows} rows are as they were sent"),
    "post_end_cut": N_(
        "bags end with {number}, but headquarters has {have}: this is an older ledger; silo post reconcile"
    ),
    "post_chain_broken": N_("bag {number} does not follow the one before: restore a backup"),
    "post_bag_gone": N_(
        "the file of bag {number} is gone, and headquarters lacks it: bring it back from the second disk"
    ),
    "post_bag_changed": N_(
        "the file of bag {number} has changed on the disk: bring it back from the second disk"
    ),
    "post_row_differs": N_(
        "the row {key} of {table} is not the one that bag {number} has: it was changed past the station"
    ),
    "post_row_gone": N_(
        "the row {key} of {table}, in bag {number}, is gone: it was removed past the station"
    ),
    "post_row_back": N_("the row {key} of {table} was deleted by bag {number}, and is there again"),
    "line_not_opened": N_("{port}: not opened; to open it add --devices, while no station runs"),
    "passwords_read": N_("every password can be read, by nobody else"),
    "password_exposed": N_(
        "the site file holds a password, and others can read {file}: chmod 600 it, or name a password_file"
    ),
    "no_second_disk": N_("none: with this box all its records would be lost; see [backup] in the site file"),
    "second_disk_of_another": N_("{folder} is of the site {site}"),
    "backup_aged": N_("{folder}: the backup is {age_s} old"),
    "backup_unproved": N_("the backup was never proved: silo backup prove"),
    "backup_proved": N_("proved {age_s} ago, with {photos} photos and models"),
    "line_opens": N_("{port} can be opened"),
    "line_closed": N_("{port}: {error}"),
    "size_unknown": N_(
        "not set: {settings}. There is no value where a message leaves one of them open: compare a loaded "
        "reading with the display, and set it"
    ),
    "wired_otherwise": N_(
        "not as the site file says: {name} (serial no. {serial}) is plugged in, read by {driver} at {port}"
    ),
}


def finding_text(code: str, params: Mapping[str, Any], language: str) -> str:
    """Write the sentence of a code; one without a sentence as it is. Never raises."""
    template = FINDINGS.get(code)
    if template is None:
        return unknown_message(code, params)
    t = translator(language)
    return t.gettext(template).format_map(parameter_texts(params, t))
