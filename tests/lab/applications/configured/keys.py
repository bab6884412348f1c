"""Keys of users, as they are found in settings: with key and secret, and made up."""

STORED = ("AKIA" + "QYLPMN5HJRT4KVWX", "bW7" * 11 + "Qx2+Kd/")  # of a user of this account
FOREIGN = ("AKIA" + "5ZTRVX3MCDQK7WLP", "hT4" * 11 + "Rz9+Np/")  # of a user of another account
DELETED = ("AKIA" + "QYLPMN5HXA2BCDEF", "mK8" * 11 + "Vb3+Ls/")  # of a user of this account who is gone
