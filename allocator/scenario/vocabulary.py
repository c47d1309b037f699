"""The words that ministries use, in one place: what a header says, and which rows are no units.

Every word is in the form that `plain` gives: small letters and digits, single spaces. Words are
Indonesian and English, as tables of one ministry mix both. Nothing here decides: how well a phrase
fits is `layout`'s, which table and which column it makes is `columns`'.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NO_WORD = re.compile(r"[^a-z0-9#]+")

HEADERS: dict[str, tuple[str, ...]] = {
    "number": ("no", "no urut", "nomor", "nomor urut", "nr", "number", "#", "urut", "num"),
    "organisation_id": (
        "organisation id", "organization id", "organisation", "organization", "ministry",
        "ministry agency", "ministries", "agency", "institution", "body", "department name",
        "ministry or agency", "ministry institution", "instansi", "nama instansi", "kementerian",
        "kementerian lembaga", "nama kementerian", "nama kementerian lembaga", "k l", "kl",
        "nama k l", "nama kl", "lembaga", "kementerian lembaga badan", "institusi",
        "instansi induk", "nama lembaga", "organisasi", "nama organisasi", "instansi pemerintah",
        "kementerian negara", "departemen", "badan lembaga", "instansi pengguna", "penghuni",
        "instansi pusat", "kementerian lembaga instansi", "tenant", "client",
    ),
    "parent_id": (
        "parent id", "parent", "eselon i", "eselon 1", "es i", "unit eselon i", "unit eselon 1",
        "unit utama", "unit organisasi", "unit organisasi eselon i", "kedeputian",
        "direktorat jenderal", "unit kerja eselon i", "directorate general", "unit induk",
        "pejabat tinggi madya", "jpt madya", "echelon i", "echelon 1", "kelompok", "division",
    ),
    "unit_id": (
        "unit id", "unit", "units", "unit kerja", "nama unit", "nama unit kerja", "satuan kerja",
        "nama satuan kerja", "satker", "nama satker", "eselon ii", "eselon 2", "es ii",
        "unit eselon ii", "unit eselon 2", "unit kerja eselon ii", "eselon i ii",
        "unit eselon i ii", "unit kerja eselon i ii", "eselon i dan ii", "biro direktorat pusat",
        "biro", "direktorat", "biro pusat direktorat", "biro direktorat", "nama", "name",
        "department", "directorate", "work unit", "organisational unit", "office", "team",
        "uraian", "nama unit organisasi", "unit name", "unit pengguna", "sub unit", "echelon ii",
        "echelon 2", "biro pusat inspektorat", "unit kerja satuan kerja", "nama biro",
        "organisasi unit kerja", "unit satuan kerja", "section", "row labels", "label baris",
    ),
    "subunit_id": (
        "eselon iii", "eselon 3", "bagian", "subdirektorat", "bagian subdirektorat", "bidang",
        "bagian bidang", "echelon iii",
    ),
    "unit_code": (
        "kode unit", "kode unit kerja", "kode satker", "kode satuan kerja", "kode", "unit code",
        "kd satker", "code", "id unit", "kd unit",
    ),
    "organisation_code": (
        "kode instansi", "kode kl", "kode k l", "kode kementerian", "singkatan", "akronim",
        "organisation code", "abbreviation", "acronym", "kode lembaga",
    ),
    "headcount": (
        "headcount", "jml pegawai", "jlh pegawai", "jumlah pegawai", "pegawai", "jumlah asn",
        "asn", "sdm", "jumlah sdm", "staff", "number of staff", "employees", "total staff",
        "number of employees", "people", "persons", "number of people", "jumlah personel",
        "personel", "personil", "jumlah personil", "jumlah karyawan", "karyawan", "fte",
        "total pegawai", "jumlah orang", "total asn", "pegawai asn", "jumlah total pegawai",
        "jumlah seluruh pegawai", "banyaknya pegawai", "total headcount", "jumlah pegawai orang",
        "jumlah penghuni", "jumlah asn orang", "kekuatan pegawai",
        "jml peg", "jlh peg", "jumlah peg", "peg", "total personel", "head count",
        "total employees", "no of staff", "hc", "total hc", "jumlah pegawai asn", "staf",
        "jumlah staf",
    ),
    "present": (
        "bezetting", "eksisting", "existing", "pegawai eksisting", "jumlah pegawai saat ini",
        "pegawai saat ini", "bezeting", "existing staff", "kondisi eksisting", "riil", "aktual",
        "terisi", "filled", "jumlah terisi",
    ),
    "posts": (
        "formasi", "jumlah formasi", "kebutuhan", "kebutuhan pegawai", "abk", "posts",
        "analisis beban kerja", "establishment", "kebutuhan abk", "rencana", "usulan",
        "proyeksi", "formasi pegawai", "rencana pegawai", "authorised posts", "target",
    ),
    "total": (
        "jumlah", "jml", "jlh", "total", "jumlah total", "total jumlah", "jumlah keseluruhan",
        "jumlah seluruhnya", "grand total", "orang", "jumlah akhir", "sum",
    ),
    "part": (
        "pns", "pppk", "p3k", "cpns", "non asn", "ppnpn", "honorer", "tni", "polri", "tni polri",
        "laki laki", "laki", "pria", "perempuan", "wanita", "l", "p", "lk", "pr", "male",
        "female", "men", "women", "m", "f", "struktural", "fungsional", "pelaksana", "jpt",
        "jpt madya", "jpt pratama", "administrator", "pengawas", "outsourcing", "tenaga ahli",
        "kontrak", "golongan i", "golongan ii", "golongan iii", "golongan iv", "gol i", "gol ii",
        "gol iii", "gol iv", "jabatan struktural", "jabatan fungsional", "civil servants",
        "contract staff", "pegawai tetap", "pegawai tidak tetap", "lainnya", "permanent",
        "sd", "smp", "sma", "slta", "d3", "d4", "d iii", "d iv", "s1", "s2", "s3",
        "contract", "fungsional tertentu", "fungsional umum", "tenaga kontrak",
    ),
    "person": (
        "nip", "nik", "nama pegawai", "nama lengkap", "employee id", "employee name", "nip nrp",
    ),
    "own_desks": (
        "own desks", "own desk", "meja sendiri", "meja tetap", "meja pribadi", "dedicated desks",
        "assigned desks", "meja khusus", "fixed desks", "meja tidak dibagi",
    ),
    "people_per_desk": (
        "people per desk", "rasio", "rasio pegawai per meja", "pegawai per meja", "ratio",
        "sharing ratio", "orang per meja", "rasio berbagi meja", "rasio berbagi",
        "desk sharing ratio",
    ),
    "desks_per_person": ("desks per person", "meja per pegawai", "meja per orang", "desk ratio"),
    "attendance_share": (
        "attendance share", "attendance", "kehadiran", "tingkat kehadiran", "rata rata kehadiran",
        "persentase kehadiran",
    ),
    "scheme": ("scheme", "skema"),
    "wave": ("wave", "gelombang", "tahap", "tahap pindah", "gelombang pindah"),
    "needs": (
        "needs", "kebutuhan khusus", "persyaratan", "kebutuhan ruang khusus", "syarat ruang",
        "special needs",
    ),
    "features": ("features", "fasilitas", "fitur", "keistimewaan"),
    "floor_id": ("floor id", "kode lantai", "id lantai", "floor code"),
    "level": (
        "level", "lt", "floor", "lantai", "menara lantai", "gedung lantai", "tower lantai",
        "tower floor", "building floor", "lokasi lantai", "gedung dan lantai", "menara dan lantai",
         "storey", "story", "nama lantai", "lantai ke",
        "tingkat", "floor name", "floor level", "nomor lantai", "no lantai", "floors", "lantai no",
    ),
    "tower_id": (
        "tower id", "tower", "menara", "gedung", "nama gedung", "building", "nama menara",
        "bangunan", "blok", "block", "gedung menara", "nama tower", "gedung menara tower",
        "menara gedung", "gedung tower", "building name", "tower name", "nama bangunan",
        "menara tower",
    ),
    "complex_id": (
        "complex id", "complex", "kompleks", "kawasan", "site", "lokasi", "klaster", "cluster",
        "campus", "nama kompleks", "zona",
    ),
    "desks": (
        "desks", "desk", "meja", "jumlah meja", "meja kerja", "jumlah meja kerja", "kapasitas",
        "kapasitas meja", "seats", "workstations", "workstation", "kapasitas meja kerja",
        "workpoints", "work points", "tempat kerja", "jumlah workstation", "number of desks",
        "jumlah kursi kerja", "desk capacity", "kapasitas tempat kerja", "daya tampung",
        "jumlah tempat kerja", "kapasitas orang", "desk count", "capacity", "titik kerja",
    ),
    "area_m2": (
        "area m2", "area", "luas", "luas m2", "luas lantai", "luasan", "floor area",
        "luas ruang", "luas area", "luasan m2", "luas lantai m2", "luas ruangan", "floor area m2",
    ),
    "area_net": (
        "luas netto", "luas bersih", "luas efektif", "net area", "nla", "nett", "netto", "neto",
        "usable area", "luas fungsional", "luas kerja", "nia", "net internal area", "luas neto",
        "luas ruang kerja", "luas lantai netto", "luas lantai neto", "net", "luas netto m2",
        "luas nett", "luas area kerja", "net m2", "semi gross", "net lettable area",
    ),
    "area_gross": (
        "luas bruto", "luas kotor", "gross area", "gfa", "gross floor area", "luas gross",
        "bruto", "luas bangunan", "luas lantai bruto", "luas lantai bangunan", "gba", "gross",
        "luas lantai kotor", "luas brutto", "brutto", "gross m2",
    ),
    "net_factor": (
        "faktor", "faktor efisiensi", "efisiensi", "efficiency", "net to gross", "faktor netto",
        "rasio netto bruto", "efisiensi lantai", "efficiency factor", "koefisien",
    ),
    "max_occupants": (
        "max occupants", "kapasitas maksimum", "penghuni maksimum", "kapasitas evakuasi",
        "maksimum penghuni", "maximum occupancy", "okupansi maksimum", "maks penghuni",
    ),
    "open_price": ("open price",),
    "coordinator_id": (
        "coordinator id", "coordinator", "kemenko", "koordinator", "kementerian koordinator",
        "menko", "di bawah koordinasi", "coordinating ministry",
    ),
    "kind": ("kind", "jenis instansi", "jenis"),
    "note": (
        "keterangan", "ket", "catatan", "note", "notes", "remarks", "source", "sumber", "status",
        "remark", "comment",
    ),
    "floor_count": (
        "jumlah lantai", "banyak lantai", "number of floors", "total lantai", "jml lantai",
        "no of floors", "storeys", "stories",
    ),
    "other": (
        "jabatan", "golongan", "pangkat", "pendidikan", "eselon", "kelas jabatan", "alamat",
        "telepon", "tanggal", "tmt", "usia", "umur", "kebutuhan meja", "kebutuhan ruang",
        "selisih", "kekurangan", "kelebihan", "persentase", "bulan", "tahun", "grade", "fungsi",
        "penggunaan", "peruntukan", "pengguna", "luas per pegawai", "difference", "percentage",
        "selisih kurang lebih", "year", "month",
    ),
}  # fmt: skip
"""What a column means, and the words for it."""

# "pindahan" and the like carry a sum over to the next printed page.
TOTAL_WORDS = ("total", "subtotal", "sub total", "grand total", "jumlah", "jml", "jumlah total",
               "total jumlah", "sum", "sub jumlah", "subjumlah", "rekapitulasi", "sum total",
               "total keseluruhan", "pindahan", "dipindahkan", "carried forward",
               "brought forward")  # fmt: skip
# Words of the lines below a table: sources, signatures, dates, page numbers.
NOTE_STARTS = ("sumber", "catatan", "keterangan", "ket", "note", "notes", "source", "mengetahui",
               "disusun", "dibuat", "diperiksa", "disetujui", "menyetujui", "kepala", "nip",
               "ttd", "data per", "posisi", "dicetak", "prepared", "approved", "remarks",
               "plt", "an", "a n", "tembusan", "status", "data as of", "per tanggal",
               "halaman", "hal", "page")  # fmt: skip
# A letter ends with place and date above the signature; a place alone is no note.
PLACES = ("jakarta", "nusantara", "ikn", "penajam", "balikpapan", "bogor", "bandung",
          "surabaya", "tangerang", "depok", "bekasi")  # fmt: skip
MONTHS = ("januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september",
          "oktober", "november", "desember", "january", "february", "march", "may", "june",
          "july", "august", "october", "december", "jan", "feb", "mar", "apr", "jun", "jul",
          "agu", "aug", "sep", "sept", "okt", "oct", "nov", "des", "dec", "agt")  # fmt: skip
ORGANISATION_WORDS = ("kementerian", "kemenko", "badan", "lembaga", "otorita", "komisi", "dewan",
                      "mahkamah", "kejaksaan", "kepolisian", "sekretariat negara",
                      "sekretariat kabinet", "kementrian", "ministry", "agency", "arsip nasional",
                      "perpustakaan nasional", "bank", "ombudsman", "tentara", "authority",
                      "commission", "kantor staf", "kementerian koordinator")  # fmt: skip
ACRONYMS = ("bssn", "bps", "bpkp", "bkn", "lan", "bin", "bnn", "bnpb", "bmkg", "basarnas",
            "bpom", "brin", "bappenas", "anri", "perpusnas", "bpip", "bnpt", "bkpm", "kpk", "kpu",
            "bawaslu", "komnas ham", "bpk", "ma", "mk", "dpr", "dpd", "mpr", "polri", "tni",
            "setneg", "setkab", "lpsk", "kppu", "ppatk", "bapanas", "bgn", "oikn", "batan",
            "lapan", "lkpp", "bakamla", "bsn", "kompolnas", "ombudsman", "bp2mi", "wantimpres",
            "wantannas", "lemhannas", "kejagung")  # fmt: skip
"""What bodies are called for short, beside every word that begins with "kemen"."""
# "badan" is a unit's word as well as an organisation's, so both lists have it.
UNIT_WORDS = ("setjen", "itjen", "ditjen", "sekretariat jenderal", "inspektorat jenderal",
              "inspektorat", "sekretariat", "direktorat jenderal", "badan", "biro", "deputi",
              "pusat", "direktorat", "sestama", "kedeputian", "balai", "pusdatin")  # fmt: skip
TOWER_WORDS = ("menara", "gedung", "tower", "building", "blok", "block", "bangunan")
IN_USE = ("terpakai", "terisi", "sisa", "kosong", "used", "occupied", "vacant", "rusak", "broken",
          "spare", "in use", "free")  # fmt: skip
"""Words for a part of the desks of a floor."""
SUMMARY_WORDS = ("rekap", "rekapitulasi", "ringkasan", "summary", "resume", "recap")
PLAIN_SHEETS = ("sheet", "lembar", "lembar kerja", "data", "tabel", "table", "pegawai", "unit",
                "headcounts", "headcount", "data pegawai", "kebutuhan", "unit kerja", "asn",
                "data asn", "jumlah pegawai", "sdm", "lantai", "floors", "gedung", "detail",
                "rincian", "staff", "units", "people", "data unit kerja", "form",
                "formulir", "worksheet", "data lantai", "kapasitas", "bezetting", "formasi",
                "data unit", "lampiran", "tab", "hal", "halaman", "page",
                "daftar", "isian")  # fmt: skip
INSTRUCTIONS = ("petunjuk", "instructions", "panduan", "readme", "cara mengisi", "daftar pilihan",
                "lists")  # fmt: skip


@lru_cache(maxsize=100_000)
def plain(text: str) -> str:
    """Return text in small letters and digits, its words separated by single spaces.

    Accents, marks and capitals go, so that all spellings of a header are one.
    """
    # Decomposed, so that an accent is a character of its own that can be left out.
    folded = unicodedata.normalize("NFKD", text.replace("²", "2")).casefold()
    folded = "".join(c for c in folded if not unicodedata.combining(c))
    return _NO_WORD.sub(" ", folded).strip()


@lru_cache(maxsize=100_000)
def starts_with(text: str, words: tuple[str, ...]) -> str:
    """Return the longest of the words that a text begins with, or nothing.

    Whole words only: "Totalindo" does not begin with "total".
    """
    found = plain(text)
    fitting = [word for word in words if found == word or found.startswith(f"{word} ")]
    return max(fitting, key=len, default="")


def ends_with(text: str, words: tuple[str, ...]) -> str:
    """Return the word that a text of several words ends with, or nothing."""
    return next((word for word in words if plain(text).endswith(f" {word}")), "")


@lru_cache(maxsize=100_000)
def holds_word(text: str, words: tuple[str, ...]) -> str:
    """Return the longest of the words that stands in a text, or nothing."""
    found = f" {plain(text)} "
    return max((word for word in words if f" {word} " in found), key=len, default="")
