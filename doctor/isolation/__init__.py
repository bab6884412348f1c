"""Work in killable children: a process for each collector and check, whatever hangs or crashes in it."""
