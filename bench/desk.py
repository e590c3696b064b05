"""The app at a desk of virtual readers in its own process, whose cards come and go by a named pipe.

``python -m bench.desk SANDBOX URL PIPE``; a line of the pipe is ``insert READER KEY`` or ``remove READER``. It stands
in for pcscd where there is none: see ``bench.cards``.
"""

import sys
from pathlib import Path
from threading import Thread

from dmp_tui.app import DmpApp
from dmp_tui.config import load


def main(sandbox: Path, url: str, pipe: Path) -> None:
    """Run the app until it is left."""
    from dataclasses import replace

    from dmp_tui.cards.virtual import VirtualSource
    from dmp_tui.client import DmpClient
    from dmp_tui.demo.cards import demonstration_card

    settings = replace(load(sandbox / "app.toml"), server_url=url)
    source = VirtualSource()

    def follow() -> None:
        with pipe.open(encoding="ascii") as commands:
            for command in commands:
                verb, reader, *key = command.split()
                name = source.readers()[int(reader)]
                if verb == "insert":
                    source.insert(name, demonstration_card(key[0], sandbox / "authority"))
                else:
                    source.remove(name)

    async def connect() -> DmpClient:
        assert settings.authority is not None
        return DmpClient(url, settings.authority)

    Thread(target=follow, daemon=True).start()
    DmpApp(settings, source, connect).run(mouse=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
