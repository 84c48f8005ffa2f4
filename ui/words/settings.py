"""What is wrong in a site file, key by key: codes become sentences in the reader's language."""

from collections.abc import Mapping
from typing import Any

from ui.words.i18n import N_, translator
from ui.words.parameters import parameter_texts
from ui.words.reasons import unknown_message
from ui.words.values import VALUE_PROBLEMS

SETTING_PROBLEMS: Mapping[str, str] = {
    # the file itself
    "no_file": N_("no such file; see {example}"),
    "unreadable_file": N_("cannot be read ({error})"),
    "not_toml": N_("is not valid TOML: {error}"),
    "species": N_("{name} is no species; known: {known}"),
    "claim": N_("{name} is no claim; known: {known}"),
    "unknown_zone": N_("is no zone of the tz database; write it as Europe/Paris (is {input})"),
    "barcode_pattern": N_("is no regular expression such as S[0-9]{{6}} (is {input})"),
    "shelf_places": N_("names no places such as A{{01-40}}, at most 20,000 (is {input})"),
    "broker_address": N_(
        "must be mqtt://host:port, with user:password@ before the host where needed (is {input})"
    ),
    "database_address": N_("must be written as postgresql://user@host/name (is {input})"),
    "photo_place": N_("must be written as file:FOLDER or s3://BUCKET/PREFIX (is {input})"),
    "web_address": N_("must be written as https://host (is {input})"),
    # several values together, so that the file is refused
    "dates_reversed": N_("lies before the first day"),
    "no_claim": N_("no claim has the id '{name}'"),
    "no_species": N_("no species has the id '{name}'"),
    "used_twice": N_("'{name}' is used twice"),
    "no_instrument": N_("no instrument has the id '{name}'"),
    "no_pit": N_("no pit has the id '{name}'"),
    "no_cell": N_("no cell has the id '{name}'"),
    "no_line_reaches": N_("no line reaches the cell '{name}'"),
    "not_of_this_printer": N_("is no setting of a printer of the kind {kind}"),
    "not_printed_here": N_("{name} is not among what this printer prints: add it to prints"),
    "within_too_few": N_("must not be less than weighing.equal_readings"),
    "half_a_place": N_("says half a place: write both latitude and longitude, or neither"),
    "opening_over_capacity": N_("is over the capacity of {capacity_t} t"),
    "cell_of_nothing": N_("a normal cell needs a grade of the rule pack, or a species"),
    "opening_outside": N_("{opening} is outside {low} to {high}"),
    "plate_out_of_order": N_("must be over min_kg, and min_kg over division_kg"),
    "low_over_high": N_("must be [lowest, highest]"),
    "grade_missing": N_("is missing: the rule packs have grades of {species}"),
    # what cannot be installed
    "not_beside": N_("{name} must lie beside the site file, or in a folder there: it is installed with it"),
    "data_elsewhere": N_("an installed station keeps its data in {folder}: mount the disk there"),
    "data_line": N_('cannot be set: write data = "{folder}" in the section [site]'),
    "broker_user": N_(
        "{address} leads to this box's broker, where nobody is anonymous: write mqtt://user@host, and name a "
        "password_file; the installation makes the password"
    ),
    "broker_password": N_("the user {user} of this box's broker needs a password_file beside the site file"),
    "broker_same_user": N_("{user} is an instrument's id and the station's user at the broker: rename one"),
    "open_door": N_(
        "{host} is reachable from outside and no terminal has a token yet. Start with 127.0.0.1, run `silo "
        "token add`, then open it."
    ),
    # several values together, so that a day cannot go well
    "same_line": N_("{port} is the line of {other} too: give each instrument its own"),
    "own_port": N_("{port} is where the station itself listens: write the converter's address"),
    "own_topic": N_(
        "{port} is where the station tells of itself: let the instrument send under another topic"
    ),
    "silent_before_poll": N_("it is asked every {poll_s} s only: make it longer than that"),
    "serial_number_twice": N_("{other} has the serial number {serial} too: correct one of them"),
    "asset_tag_twice": N_("{other} has the asset tag {tag} too: correct one of them"),
    "verification_over": N_("the verification ended on {until}: have it verified, or swap it"),
    "unknown_grade": N_(
        "no rule pack has the grade {grade}: correct it, or name the pack in site.rule_packs"
    ),
    "grade_of_other_species": N_(
        "{grade} is a grade of {species}, and the cell is for {cell_species}: correct one of the two"
    ),
    "grade_unused": N_("a hold or quarantine cell has no grade: take it away, or make the cell a normal one"),
    "pit_reaches_nothing": N_("no line begins at the pit '{name}': add it to a line, or take it away"),
    "species_without_cell": N_("no open cell takes {species}: give it a cell, or take the species away"),
    "cell_species_not_received": N_("{species} is not in site.species: add it there, or correct the cell"),
    "product_not_received": N_("{species} is not in site.species: add it there, or correct the name"),
    "product_twice": N_("instruments cannot tell '{name}' from '{other}': keep one of the two"),
    "same_name": N_("{other} is called '{name}' too: nobody can tell them apart, rename one"),
    "opening_of_nothing": N_("the cell opens empty: set opening_t, or take the value away"),
    "opening_basis": N_("say what it is a share of, basis = one of: {bases}"),
    "measures_no_quality": N_("'{name}' is a weighbridge: name an analyzer"),
    "never_measured": N_(
        "{analyte} must be known before tipping for {grades}: name who measures it, or somebody types each "
        "one"
    ),
    "plate_of_no_weighbridge": N_(
        "it weighs no vehicle: take max_kg, min_kg and division_kg away, or correct its driver"
    ),
    "zero_over_minimum": N_("must be less than weighing.minimum_kg, {minimum_kg}: no weight would be taken"),
    "minimum_over_vehicles": N_("no vehicle weighs as much: nothing would be taken, lower it"),
    "no_weighbridge": N_("no instrument is a weighbridge: no truck can be weighed here"),
    "all_closed": N_("no normal cell is open: no load can go anywhere, open one"),
    "pack_twice": N_("{name} {version} is named twice: take one away"),
    "no_pack_in_force": N_("no rule pack is in force today: name one whose valid_from is past"),
    "dose_without_unit": N_(
        "the highest dose ({most}) needs its unit, as the label says it: ml/t, g/t, g/m3"
    ),
    "listed_twice": N_("'{name}' is listed twice: take one away"),
    "nothing_to_choose": N_("the list is empty: every reason would have to be typed"),
    "photos_not_judged": N_("photos are asked for that nothing judges: set vision.enabled, or ask for none"),
    "photo_species_not_received": N_("{species} is not in site.species: add it there, or ask for no photo"),
    "nothing_near_limit": N_(
        "no instrument has its uncertainty: without one, no value is ever near a limit; write it there"
    ),
    "no_method_of_weight": N_("weights are no samples that two methods measure: take it away"),
    "limit_never_exceeded": N_(
        "no value can differ by that much, as all lie between {low} and {high} (is {input})"
    ),
    "bias_over_tolerance": N_("a bias may be no larger than the tolerance, {tolerance} (is {input})"),
    "window_over_hours": N_("readings of other trucks would fall into it: minutes, not hours (is {input})"),
}


def setting_problem(code: str, params: Mapping[str, Any], language: str) -> str:
    """Write the sentence of a code. One without a sentence (what a driver says) is written as it is. Never
    raises."""
    template = SETTING_PROBLEMS.get(code) or VALUE_PROBLEMS.get(code)
    if template is None:
        return unknown_message(code, params)
    t = translator(language)
    return t.gettext(template).format_map(parameter_texts(params, t))
