-- One silo's season of :loads loads, made by SQL. The machine measures moisture and protein of each load, and
-- impurities of every fifth, which a phone sees too; of every fiftieth the laboratory says all three.
INSERT INTO supplier (station, id, name, name_key, post_place, post_digest)
SELECT :station, :station || '-s' || n, 'EARL ' || n, 'earl ' || n, 1, :digest
FROM generate_series(1, 300) n;

INSERT INTO person (station, id, name, post_place, post_digest)
SELECT :station, :station || '-p' || n, 'Camille ' || n, 1, :digest FROM generate_series(1, 6) n;

INSERT INTO terminal (station, id, name, kind, post_place, post_digest)
SELECT :station, :station || '-phone' || n, 'Galaxy A54 ' || n, 'phone', 1, :digest
FROM generate_series(1, 3) n;

INSERT INTO instrument (station, id, name, category, serial_number, post_place, post_digest)
SELECT :station, 'nir' || n, 'NIR ' || n, 'analyzer', :station || '-nir' || n, 1, :digest
FROM generate_series(1, 2) n;

INSERT INTO cell (station, id, name, species, grade, capacity_kg, post_place, post_digest)
SELECT :station, 'c' || n, 'Cellule ' || n, 'soft_wheat', 'milling', 100000000, 1, :digest
FROM generate_series(1, 20) n;

INSERT INTO visit (station, id, seq, plate, vehicle_id, supplier_id, arrived_at, entered_at, entered_by,
                   ended_at, post_place, post_digest)
SELECT :station, :station || '-v' || n, n, 'AB-' || n % 900 || '-CD', 'x', :station || '-s' || 1 + n % 300,
       at, at, :station || '-p' || 1 + n % 6, at + interval '20 minutes', n / 10, :digest
FROM generate_series(1, :loads) n,
     LATERAL (SELECT CAST('2026-07-01 04:00' AS timestamp) + n * interval '60 seconds' AS at) AS came;

INSERT INTO load (station, id, seq, visit_id, position, species, campaign, regime, outcome, outcome_at,
                  post_place, post_digest)
SELECT :station, :station || '-l' || n, n, :station || '-v' || n, 1,
       CASE WHEN n % 10 < 6 THEN 'soft_wheat' WHEN n % 10 < 9 THEN 'barley' ELSE 'durum_wheat' END,
       '2026', 'owned', 'ticketed', CAST('2026-07-01 04:20' AS timestamp) + n * interval '60 seconds',
       n / 10, :digest
FROM generate_series(1, :loads) n;

INSERT INTO sample (station, id, seq, barcode, kind, load_id, species, entered_at, entered_by, post_place,
                    post_digest)
SELECT :station, :station || '-b' || n, n, 'B' || n, 'load', :station || '-l' || n,
       CASE WHEN n % 10 < 6 THEN 'soft_wheat' WHEN n % 10 < 9 THEN 'barley' ELSE 'durum_wheat' END,
       CAST('2026-07-01 04:00' AS timestamp) + n * interval '60 seconds', 'x', n / 10, :digest
FROM generate_series(1, :loads) n;

INSERT INTO ticket (station, id, seq, site, campaign, number, load_id, regime, gross_kg, tare_kg, net_kg, at,
                    post_place, post_digest)
SELECT :station, :station || '-t' || n, n, :station, '2026', n, :station || '-l' || n, 'owned', 43000, 15000,
       20000 + n * 7919 % 10000, CAST('2026-07-01 04:20' AS timestamp) + n * interval '60 seconds', n / 10,
       :digest
FROM generate_series(1, :loads) n;

INSERT INTO decision (station, id, seq, load_id, proposal_id, at, by, cell, pit, overridden, post_place,
                      post_digest)
SELECT :station, :station || '-d' || n, n, :station || '-l' || n, :station || '-o' || n,
       CAST('2026-07-01 04:10' AS timestamp) + n * interval '60 seconds', :station || '-p' || 1 + n % 6,
       'c' || 1 + n % 20, 'f1', n % 40 = 0, n / 10, :digest
FROM generate_series(1, :loads) n;

INSERT INTO proposal (station, id, seq, load_id, at, asked_at, cell, pit, post_place, post_digest)
SELECT :station, :station || '-o' || n, n, :station || '-l' || n,
       CAST('2026-07-01 04:05' AS timestamp) + n * interval '60 seconds',
       CAST('2026-07-01 04:05' AS timestamp) + n * interval '60 seconds', 'c' || 1 + n % 20, 'f1', n / 10,
       :digest
FROM generate_series(1, :loads) n;

INSERT INTO cell_movement (station, id, seq, cell_id, kind, kg, load_id, at, by, post_place, post_digest)
SELECT :station, :station || '-m' || n, n, 'c' || 1 + n % 20, 'in', 20000 + n * 7919 % 10000,
       :station || '-l' || n, CAST('2026-07-01 04:20' AS timestamp) + n * interval '60 seconds', 'x', n / 10,
       :digest
FROM generate_series(1, :loads) n;

INSERT INTO measurement (station, source_id, analyte, method, replicate, seq, sample_id, load_id, species,
                         source, release, value, unit, basis, at, post_place, post_digest)
SELECT :station, :station || '-' || method || n, analyte, method, 1, n, :station || '-b' || n,
       :station || '-l' || n,
       CASE WHEN n % 10 < 6 THEN 'soft_wheat' WHEN n % 10 < 9 THEN 'barley' ELSE 'durum_wheat' END,
       CASE method WHEN 'machine' THEN :station || '-nir' || 1 + n % 2
                   WHEN 'phone' THEN :station || '-phone' || 1 + n % 3 ELSE 'Labo Sud' END,
       CASE method WHEN 'phone' THEN 'kernels 2026.1' ELSE '' END,
       round(CAST(middle + spread * (hashed(:seed + n, 1) + hashed(:seed + n, 2) + hashed(:seed + n, 3) - 1.5) * 2
                  + error * (hashed(:seed + n, number) + hashed(:seed + n, number + 1) + hashed(:seed + n, number + 2) - 1.5) * 2
                  + CASE method WHEN 'phone' THEN :bias ELSE 0 END AS numeric), 2),
       '%', basis, CAST('2026-07-01 04:05' AS timestamp) + n * interval '60 seconds', n / 10, :digest
FROM generate_series(1, :loads) n,
     (VALUES ('moisture', 'machine', 1, 14.0, 1.0, 0.15, NULL, 10), ('moisture', 'lab', 50, 14.0, 1.0, 0.08, NULL, 20),
             ('protein', 'machine', 1, 11.5, 0.9, 0.2, 'dm', 30), ('protein', 'lab', 50, 11.5, 0.9, 0.1, 'dm', 40),
             ('impurities', 'machine', 5, 2.0, 0.5, 0.2, 'by_mass', 50),
             ('impurities', 'phone', 5, 2.0, 0.5, 0.3, 'by_mass', 60),
             ('impurities', 'lab', 50, 2.0, 0.5, 0.1, 'by_mass', 70)
     ) AS told (analyte, method, every, middle, spread, error, basis, number)
WHERE n % every = 0;
