"""All rows of the laboratory's tables."""

import faults_configured
import faults_keys
import faults_met
import faults_named
import faults_owned
import faults_paired
import faults_permissions
import faults_resources
import sound
import sound_permitted
from scene import Row

FAULTS: tuple[Row, ...] = (
    *faults_configured.ROWS,
    *faults_named.ROWS,
    *faults_met.ROWS,
    *faults_owned.ROWS,
    *faults_paired.ROWS,
    *faults_keys.ROWS,
    *faults_permissions.ROWS,
    *faults_resources.ROWS,
)
SOUND: tuple[Row, ...] = (*sound.ROWS, *sound_permitted.ROWS)
BY_NAME = {row.name: row for row in (*FAULTS, *SOUND)}
assert len(BY_NAME) == len(FAULTS) + len(SOUND), "a row is found by its name"
