"""All rows of the laboratory's tables."""

from dataclasses import replace

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
# Where all is well a run ends by itself: on a busy machine it shall not be undecided for want of seconds.
SOUND: tuple[Row, ...] = tuple(replace(row, budget=8.0) for row in (*sound.ROWS, *sound_permitted.ROWS))
BY_NAME = {row.name: row for row in (*FAULTS, *SOUND)}
assert len(BY_NAME) == len(FAULTS) + len(SOUND), "a row is found by its name"
