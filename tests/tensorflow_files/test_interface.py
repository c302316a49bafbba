"""The plugin and TensorFlow's published interface for it."""

import subprocess
import sysconfig
from pathlib import Path

from conftest import PLUGIN

from support.command import REPOSITORY

# Every table of ours is the beginning of TensorFlow's, and every structure the same.
CHECK = """
#include "tensorflow/c/experimental/filesystem/filesystem_interface.h"
#define TF_InitPlugin TF_InitPlugin_of_ours
#include "filesystem_interface.h"
#include <cstddef>
namespace ours = tfhub::tensorflow;
#define AT(type, member) static_assert(offsetof(ours::type, member) == offsetof(::type, member), #type "." #member)
#define SAME(type) static_assert(sizeof(ours::type) == sizeof(::type), #type)
#define BEGINS(type) static_assert(sizeof(ours::type) <= sizeof(::type), #type)
"""
MEMBERS = {
    "TF_FileStatistics": "length mtime_nsec is_directory",
    "TF_RandomAccessFileOps": "cleanup read",
    "TF_WritableFileOps": "cleanup",
    "TF_ReadOnlyMemoryRegionOps": "cleanup data length",
    "TF_FilesystemOps": "init cleanup new_random_access_file new_writable_file new_appendable_file "
                        "new_read_only_memory_region_from_file create_dir recursively_create_dir delete_file delete_dir "
                        "delete_recursively rename_file copy_file path_exists paths_exist stat is_directory get_file_size "
                        "translate_name get_children",
    "TF_FilesystemPluginOps": "scheme filesystem_ops_abi filesystem_ops_api filesystem_ops_size filesystem_ops "
                              "random_access_file_ops_abi random_access_file_ops writable_file_ops_abi writable_file_ops "
                              "read_only_memory_region_ops_abi read_only_memory_region_ops_size read_only_memory_region_ops",
    "TF_FilesystemPluginInfo": "num_schemes ops plugin_memory_allocate plugin_memory_free",
}
WHOLE = ("TF_FileStatistics", "TF_RandomAccessFileOps", "TF_ReadOnlyMemoryRegionOps", "TF_FilesystemPluginOps",
         "TF_FilesystemPluginInfo", "TF_RandomAccessFile", "TF_WritableFile", "TF_ReadOnlyMemoryRegion", "TF_Filesystem")
VERSIONS = ("FILESYSTEM", "RANDOM_ACCESS_FILE", "WRITABLE_FILE", "READ_ONLY_MEMORY_REGION")


def test_our_declarations_are_those_of_the_wheel(scratch):
    lines = [CHECK]
    lines += [f"AT({table}, {member});" for table, members in MEMBERS.items() for member in members.split()]
    lines += [f"SAME({type});" for type in WHOLE]
    lines += [f"BEGINS({type});" for type in MEMBERS]
    lines += [f"static_assert(TF_{name}_OPS_{what} == 0);" for name in VERSIONS for what in ("ABI", "API")]
    source = scratch / "check.cc"
    source.write_text("\n".join(lines) + "\n")
    headers = Path(sysconfig.get_path("platlib")) / "tensorflow" / "include"
    checked = subprocess.run(["g++", "-std=c++20", "-fsyntax-only", "-isystem", headers, "-I", REPOSITORY / "src",
                              "-I", REPOSITORY / "plugins" / "tensorflow", source], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


def test_the_plugin_shows_its_entry_point_and_nothing_else():
    """TensorFlow has its own OpenSSL, curl and protobuf in the same process."""
    listed = subprocess.run(["nm", "-D", "--defined-only", PLUGIN], check=True, capture_output=True, text=True).stdout
    assert [line.split()[-1] for line in listed.splitlines()] == ["TF_InitPlugin"]


def test_a_program_without_tensorflow_may_load_it(scratch):
    """It then offers nothing."""
    source = scratch / "load.py"
    source.write_text("import ctypes, sys\n"
                      "class Info(ctypes.Structure):\n"
                      "    _fields_ = [('schemes', ctypes.c_size_t), ('ops', ctypes.c_void_p), ('a', ctypes.c_void_p), ('f', ctypes.c_void_p)]\n"
                      "info = Info(9)\n"
                      "ctypes.CDLL(sys.argv[1]).TF_InitPlugin(ctypes.byref(info))\n"
                      "print(info.schemes)\n")
    done = subprocess.run(["/usr/bin/python3", source, PLUGIN], capture_output=True, text=True)
    assert done.stdout == "0\n", done.stderr
