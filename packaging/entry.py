"""Where the PyInstaller build begins: what the wheel's console script does."""

from appliance.main import command

command()
