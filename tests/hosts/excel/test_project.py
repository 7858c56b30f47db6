"""VBA projects written from text: compression, compound file, project; read back by ourselves, olevba and pyOpenVBA."""

import io
import random
import struct

import olefile
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyopenvba.cfb import CFB
from pyopenvba.integrity import _cfb_check
from pyopenvba.vba import decompress as their_decompress
from pyopenvba.vba import parse_project_stream, parse_projectwm, parse_vba_project

from accelxl.errors import BadFile
from accelxl.hosts.excel import compound, project
from accelxl.hosts.excel.modules import body, package_folder
from accelxl.hosts.excel.ovba import compress, decompress, encrypt
from accelxl.hosts.excel.project import Module
from tests.hosts.excel.judges import decompress_stream, sources

text_bytes = st.text(alphabet="ab \r\nSubEnd=()", max_size=9000).map(lambda t: t.encode())

NOT_COMPRESSED = (b"abcdefghijklmnopqrstuv.", "0119b000616263646566676800696a6b6c6d6e6f70007172737475762e")
MOST_COMPRESSED = (b"a" * 73, "0103b002614500")
NORMAL = (
    b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa",
    "012fb000236161616263646582660070616768696a013808616b6c00306d6e6f700671027004107273747576107778797a003c",
)
"""The examples of the specification, [MS-OVBA] 3.2."""


# -- compression ---------------------------------------------------------------------------------------------------------------
@given(text_bytes)
def test_what_is_compressed_comes_back(data):
    assert decompress(compress(data)) == data


@given(text_bytes.filter(bool))
def test_other_readers_decompress_it(data):
    packed = compress(data)
    assert decompress_stream(bytearray(packed)) == data
    assert their_decompress(packed) == data


@pytest.mark.parametrize(("data", "packed"), [NOT_COMPRESSED, MOST_COMPRESSED])
def test_the_specifications_examples_are_compressed_as_it_says(data, packed):
    assert compress(data).hex() == packed


def test_the_specifications_normal_example_is_decompressed():
    data, packed = NORMAL
    assert decompress(bytes.fromhex(packed)) == data
    assert len(compress(data)) == len(bytes.fromhex(packed))


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4095, 4096, 4097, 8192, 12289])
def test_chunks_of_every_size_come_back(size):
    data = random.Random(size).choices(b"ab \r\n", k=size)
    assert decompress(compress(bytes(data))) == bytes(data)


def test_a_full_chunk_without_repetition_is_stored_raw():
    data = random.Random(1).randbytes(4096)
    assert decompress(compress(data)) == data
    assert decompress_stream(bytearray(compress(data))) == data


def test_a_short_chunk_that_the_format_cannot_hold_is_refused():
    with pytest.raises(BadFile, match="do not compress"):
        compress(random.Random(1).randbytes(4095))


@pytest.mark.parametrize(
    "data", [b"", b"\x02", b"\x01\x00", b"\x01\xff\xff", b"\x01\x03\xb0\x02\x61\x45", b"\x01\x03\x00\x02\x61\x45\x00"]
)
def test_damaged_compression_is_refused(data):
    with pytest.raises(BadFile):
        decompress(data)


def test_a_copy_from_before_the_chunk_is_refused():
    with pytest.raises(BadFile, match="before its chunk"):
        decompress(b"\x01\x02\xb0\x01\x00\x10")


# -- protection ------------------------------------------------------------------------------------------------------------------
def decrypted(project_id, text):
    """Data of an encrypted text, by [MS-OVBA] 2.4.3.3."""
    given = bytes.fromhex(text)
    seed, version, key = given[0], given[0] ^ given[1], given[0] ^ given[2]
    assert (version, key) == (2, sum(project_id.encode()) & 0xFF)
    plain, out = key, bytearray()
    for place in range(3, len(given)):
        plain = given[place] ^ ((given[place - 2] + plain) & 0xFF)
        out.append(plain)
    skip = (seed & 6) // 2
    (length,) = struct.unpack_from("<I", out, skip)
    assert len(out) == skip + 4 + length
    return bytes(out[skip + 4 :])


@given(st.binary(min_size=1, max_size=30), st.integers(0, 255))
def test_what_is_encrypted_can_be_decrypted(data, seed):
    identity = "{318BEE36-5BE1-492A-826D-473DB19B0F30}"
    assert decrypted(identity, encrypt(identity, data, seed)) == data


def test_the_texts_of_a_project_that_excel_opens_are_decrypted():
    """Those of the add-in that xlwings ships: not locked, no password, visible."""
    identity = "{318BEE36-5BE1-492A-826D-473DB19B0F30}"
    assert decrypted(identity, "5D5F8AADDAA8DEA8DEA8DEA8DE") == bytes(4)
    assert decrypted(identity, "5D5F8AADDAADDBADDBAD") == bytes(1)
    assert decrypted(identity, "5D5F8AADDAADDBADDB52") == b"\xff"


# -- compound files ----------------------------------------------------------------------------------------------------------------
def streams(count, seed=0):
    dice = random.Random(seed)
    made = {
        f"VBA/{'m' * dice.randint(1, 20)}{n}": dice.randbytes(dice.choice([0, 1, 64, 4095, 4096, 30000]))
        for n in range(count)
    }
    return {**made, "PROJECT": b"x" * 600, "PROJECTwm": b"y"}


def entries(data):
    """The directory of a compound file: number to (name, kind, colour, left, right, child)."""
    opened = olefile.OleFileIO(io.BytesIO(data))
    return {
        e.sid: (e.name, e.entry_type, e.color, e.sid_left, e.sid_right, e.sid_child) for e in opened.direntries if e
    }


@pytest.mark.parametrize("count", [*range(20), 31, 32, 63, 100, 300])
def test_streams_come_back_here_and_in_other_readers(count):
    made = streams(count)
    data = compound.write(made)
    assert compound.read(data) == made
    opened = olefile.OleFileIO(io.BytesIO(data))
    assert {"/".join(path): opened.openstream(path).read() for path in opened.listdir()} == made
    _cfb_check(data)


@pytest.mark.parametrize("count", [*range(1, 20), 64, 100])
def test_the_directory_is_an_ordered_red_black_tree(count):
    table = entries(compound.write(streams(count)))
    nothing, red, black = 0xFFFFFFFF, 0, 1

    def depth(number):
        """Black nodes down to the leaves; fails where the tree is none."""
        if number == nothing:
            return 0
        name, _, colour, left, right, _ = table[number]
        for side, sign in ((left, -1), (right, 1)):
            if side != nothing:
                assert (compound.order(table[side][0]) > compound.order(name)) == (sign > 0)
                assert not (colour == red and table[side][2] == red)
        assert depth(left) == depth(right)
        return depth(left) + (colour == black)

    for _, kind, _, _, _, child in table.values():
        if kind in {1, 5} and child != nothing:
            assert table[child][2] == black
            depth(child)


def test_many_streams_of_one_length_of_name_are_ordered_by_capitals():
    made = {f"VBA/{letter}{n}": b"" for letter in "aZbY" for n in range(9)}
    assert list(compound.read(compound.write(made))) == sorted(made, key=str.upper)


@pytest.mark.parametrize(("names", "words"), [(["VBA/a", "VBA/A"], "the same name"), (["VBA/" + "x" * 32], "too long")])
def test_names_that_a_compound_file_cannot_hold_are_refused(names, words):
    with pytest.raises(BadFile, match=words):
        compound.write(dict.fromkeys(names, b""))


def test_a_file_that_is_too_large_is_refused():
    with pytest.raises(BadFile, match="at most 7,000,000"):
        compound.write({"VBA/a": bytes(8_000_000)})


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: b"PK" + d[2:],
        lambda d: d[:100],
        lambda d: d[:2000],
        lambda d: d[:48] + b"\xf0\x00\x00\x00" + d[52:],
        lambda d: d[:30] + b"\x0c" + d[31:],
        lambda d: d[:76] + b"\x00\x00\x00\x00" + d[80:],
    ],
)
def test_a_damaged_compound_file_is_refused(damage):
    data = compound.write(streams(5))
    with pytest.raises(BadFile):
        compound.read(damage(data))


def test_a_directory_out_of_order_is_refused():
    data = compound.write({"VBA/aa": b"1", "VBA/bb": b"2", "VBA/cc": b"3"})
    name = "aa".encode("utf-16-le")
    with pytest.raises(BadFile, match="out of order"):
        compound.read(data.replace(name + bytes(60), "zz".encode("utf-16-le") + bytes(60)))


# -- projects ------------------------------------------------------------------------------------------------------------------------
MODULES = [
    Module("ThisWorkbook", "book", "Option Explicit\nPrivate Sub Workbook_Open()\nEnd Sub"),
    Module("Sheet1", "sheet"),
    Module("Chart2", "chart"),
    Module("Main", "standard", 'Option Explicit\n\' comment: \xe9\xfc\nPublic Sub Go()\n    MsgBox "x"\nEnd Sub'),
    Module("Thing", "class", "Public Value As Long"),
    Module("xlwings", "standard", body((package_folder() / "xlwings.bas").read_text(encoding="cp1252"))),
]


@pytest.fixture(scope="module")
def data():
    return project.write("Demo", MODULES)


def test_modules_are_read_back_verbatim_here(data):
    assert project.read(data) == {module.name: module.source() for module in MODULES}


def test_modules_are_read_back_verbatim_by_olevba(data):
    endings = {"standard": "bas", "class": "cls", "book": "cls", "sheet": "cls", "chart": "cls"}
    expected = {module.name: (endings[module.kind], module.source()) for module in MODULES}
    assert sources("vbaProject.bin", data) == expected


def test_modules_are_read_back_verbatim_by_pyopenvba_which_finds_no_fault(data):
    opened = CFB.from_bytes(data)
    found = parse_vba_project(opened)
    assert {module.name: module.source for module in found.modules} == {
        module.name: module.source() for module in MODULES
    }
    assert found.validate(opened) == []
    assert [name for name, _ in parse_projectwm(opened.get_stream("PROJECTwm"))] == [module.name for module in MODULES]


def test_the_project_lists_each_module_by_its_kind(data):
    found = parse_project_stream(CFB.from_bytes(data).get_stream("PROJECT"))
    assert found.standard_modules == ["Main", "xlwings"]
    assert found.class_modules == ["Thing"]
    assert [name for name, _ in found.document_modules] == ["ThisWorkbook", "Sheet1", "Chart2"]
    for text, data_of in (
        (found.protection.cmg, bytes(4)),
        (found.protection.dpb, bytes(1)),
        (found.protection.gc, b"\xff"),
    ):
        assert decrypted(found.id, text) == data_of


def test_the_form_is_that_of_the_books_that_xlwings_ships(data):
    """The same streams, the same records in the same order, apart from what differs between projects."""
    import zipfile

    with zipfile.ZipFile(package_folder() / "quickstart_standalone.xlsm") as archive:
        theirs = compound.read(archive.read("xl/vbaProject.bin"))
    ours = compound.read(data)
    assert ours["VBA/_VBA_PROJECT"] == theirs["VBA/_VBA_PROJECT"]

    def records(made):
        return [number for number, _ in project._records(decompress(made["VBA/dir"]))]

    def without_libraries(numbers):
        start = next(place for place, number in enumerate(numbers) if number == 0x16)
        return [*numbers[:start], *numbers[numbers.index(0x0F) :]]

    def shape(numbers):
        """Project records and the first module's."""
        return without_libraries(numbers)[: without_libraries(numbers).index(0x2B) + 1]

    assert shape(records(ours)) == shape(records(theirs))


def test_the_bytes_are_the_same_each_time(data):
    assert project.write("Demo", MODULES) == data


@pytest.mark.parametrize("name", ["1st", "with space", "x" * 32, "", "caf\xe9", "a-b"])
def test_a_name_that_vba_does_not_take_is_refused(name):
    with pytest.raises(BadFile, match="is no name of a VBA module"):
        project.write("Demo", [Module(name, "standard")])


def test_two_modules_of_one_name_and_a_character_outside_the_code_page_are_refused():
    with pytest.raises(BadFile, match="same name"):
        project.write("Demo", [Module("A", "standard"), Module("a", "standard")])
    with pytest.raises(BadFile, match="code page 1252"):
        project.write("Demo", [Module("A", "standard", "' \u20ac \u4e2d")])


def test_a_project_named_as_one_of_its_modules_is_refused():
    with pytest.raises(BadFile, match="same name"):
        project.write("Demo", [Module("Demo", "standard")])


def test_a_project_without_its_parts_is_refused(data):
    made = compound.read(data)
    for name, words in (("VBA/dir", "no directory of modules"), ("VBA/Main", "lack the stream of the module Main")):
        with pytest.raises(BadFile, match=words):
            project.read(compound.write({key: value for key, value in made.items() if key != name}))
    short = {**made, "VBA/dir": compress(decompress(made["VBA/dir"])[:-3])}
    with pytest.raises(BadFile, match="cut off"):
        project.read(compound.write(short))
