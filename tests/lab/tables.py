"""All rows of the laboratory's tables."""

import faults_configured
import faults_met
import faults_named
import faults_owned
import faults_paired
import sound
from scene import Row

FAULTS: tuple[Row, ...] = (
    *faults_configured.ROWS,
    *faults_named.ROWS,
    *faults_met.ROWS,
    *faults_owned.ROWS,
    *faults_paired.ROWS,
)
SOUND: tuple[Row, ...] = sound.ROWS
BY_NAME = {row.name: row for row in (*FAULTS, *SOUND)}
assert len(BY_NAME) == len(FAULTS) + len(SOUND), "a row is found by its name"
