"""The desk: one function per act, one transaction each. Its rooms:

`masters` what is known beforehand: suppliers, vehicles, contracts. `persons` who acts, and who approves.
`clocks` the station's and the instruments'. `arrivals` visits and loads, from the announcement on. `bridge`
weighings and the net. `measuring` readings, captures, samples. `packs` rule packs, and deciding again by one.
`deciding` evidence, proposal, decision. `storage` cells, lines and movements. `papers` tickets, and what
corrects them. `leaving` outbound vehicles. `between_silos` shipments. `laboratory` what is kept and sent.
`days` opened and closed. `restoring` what a restored ledger takes back.
"""
