"""tfhub.install() at the moment when a program imports tensorflow_hub. Imports nothing before that."""

import sys


class Finder:
    """Lets the other finders find tensorflow_hub, and adds one line to the end of its execution."""

    def find_spec(self, name, path=None, target=None):
        if name != "tensorflow_hub":
            return None
        sys.meta_path.remove(self)
        from importlib.util import find_spec

        spec = find_spec(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_install(module):
                execute(module)
                import tfhub

                tfhub.install()

            spec.loader.exec_module = execute_and_install
        return spec


def start():
    """Also where tensorflow_hub has been imported already. Calling it again changes nothing."""
    if "tensorflow_hub" in sys.modules:
        import tfhub

        tfhub.install()
    elif not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())
