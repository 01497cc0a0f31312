from . import base_module_uninstall
