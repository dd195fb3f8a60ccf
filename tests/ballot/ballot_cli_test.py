#!/usr/bin/env python3
"""Cards on paper and voting with them, as people do it (R21, R22): `jixiao cards
make` exactly once whatever happens, `jixiao ballot` at a terminal, at a station,
from files; wrong codes, wrong files, lost connections.

usage: ballot_cli_test.py JIXIAOD JIXIAO
"""
import os
import re
import socket
import stat
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dump import Database  # noqa: E402
from hall import SOURCE, Card, Hall, Vote, code_bytes, code_text, machine_line, write_csv  # noqa: E402
from peer import Tally  # noqa: E402

sys.path.insert(0, os.path.join(SOURCE, "tests/e2e"))
from terminal import Terminal  # noqa: E402

jixiaod, jixiao = sys.argv[1:3]
tally = Tally()
check = tally.check
UNITS = ["X1", "X2", "X3"]
LETTERS = "[0-9A-HJKMNP-TV-Z]"


class Cut:
    """A line to the daemon that breaks once the daemon has answered a large request, and stays broken."""

    def __init__(self, address):
        self.target = (address.rsplit(":", 1)[0], int(address.rsplit(":", 1)[1]))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.is_cut, self.is_large = False, False
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while not self.is_cut:
            client, _ = self.listener.accept()
            server = socket.create_connection(self.target)
            for a, b, up in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pass, args=(a, b, up), daemon=True).start()
        self.listener.close()

    def _pass(self, come, go, up):
        try:
            while data := come.recv(65536):
                if up and len(data) > 3000:
                    self.is_large = True
                elif not up and self.is_large:
                    self.is_cut = True  # the answer is lost, and no other way is left
                    self.listener.close()
                    break
                go.sendall(data)
        except OSError:
            pass
        for sock in (come, go):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def codes_of(path):
    """What a PDF's cards say, by two ways: its text and its pictures."""
    text = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True).stdout
    lines = [line.strip("\f") for line in text.split("\n") if re.fullmatch(rf"\f?{LETTERS}{{4}}( {LETTERS}{{4}}){{2,3}}", line)]
    typed = ["-".join((a + " " + b).split()) for a, b in zip(lines[::2], lines[1::2])]
    base = path + ".page"
    subprocess.run(["pdftoppm", "-r", "300", "-gray", path, base], check=True)
    pages = sorted(os.path.join(os.path.dirname(base), n) for n in os.listdir(os.path.dirname(base)) if n.startswith(os.path.basename(base)))
    scanned = subprocess.run(["zbarimg", "--raw", "-q", *pages], capture_output=True, text=True, check=True).stdout.split()
    for page in pages:
        os.unlink(page)
    return typed, scanned


def files_about(path):
    folder = os.path.dirname(path)
    return sorted(n for n in os.listdir(folder) if n.startswith(os.path.basename(path)))


# ---- Making cards.

def make_cards(hall, database):
    path = os.path.join(hall.folder, "a.pdf")
    made = hall.must("cards", "make", "--poll", "A", "--kind", "county", "--group", "municipal", "--count", "20", "--out", path)
    check("it says how many", "已制作 20 张评价卡，共 3 页" in made.stderr, made.stderr)
    check("the file is its owner's", stat.S_IMODE(os.stat(path).st_mode) == 0o600)
    check("nothing else is left", files_about(path) == ["a.pdf"], files_about(path))
    typed, scanned = codes_of(path)
    check("20 cards, each another", len(set(typed)) == 20 == len(typed), len(typed))
    check("the QR says what the text says", sorted(scanned) == sorted(t.replace("-", "") for t in typed), scanned)
    check("the codes check", all(code_text(code_bytes(t)) == t for t in typed))
    cards = [Card(code_bytes(t)) for t in typed]
    stored = [bytes.fromhex(r["card"][2:]) for r in database.rows("jx.card")]
    check("the daemon knows their hashes, and no others", sorted(stored) == sorted(c.hash for c in cards))
    check("in an order that is not the sheets'", stored == sorted(stored) and [c.hash for c in cards] != stored)
    again = hall.run("cards", "make", "--poll", "A", "--count", "20", "--out", path)
    check("a file of cards is never overwritten", again.returncode == 2 and "已经存在" in again.stderr, again)
    return cards


def refused_cards(hall):
    path = os.path.join(hall.folder, "no.pdf")
    new = ("--kind", "county", "--group", "municipal", "--out", path)
    for name, arguments, status in (
            ("a poll that is there", ("--poll", "A", "--count", "5", *new), 1),
            ("no such voters", ("--poll", "N", "--count", "5", "--kind", "county", "--group", "clients", "--out", path), 2),
            ("a unit that is not of the kind", ("--poll", "N", "--count", "5", "--units", "X1;E1", *new), 6),
            ("no such poll", ("--poll", "N", "--count", "5", "--out", path), 1),
            ("no card", ("--poll", "N", "--count", "0", *new), 2),
            ("too many", ("--poll", "N", "--count", "1001", *new), 2),
            ("half of what a new poll takes", ("--poll", "N", "--count", "5", "--kind", "county", "--out", path), 2)):
        result = hall.run("cards", "make", *arguments)
        check(f"{name}: refused with {status}", result.returncode == status, result)
        check(f"{name}: no sheet stays", files_about(path) == [], files_about(path))
    fonts = os.path.join(hall.folder, "fonts.conf")
    with open(fonts, "w", encoding="utf-8") as file:
        file.write("<fontconfig><dir>/usr/share/fonts/truetype/noto</dir></fontconfig>")
    bare = hall.run("cards", "make", "--poll", "N", "--count", "5", *new, env={**hall.daemon.client_env(), "FONTCONFIG_FILE": fonts})
    check("no sheet of boxes where there is no Chinese face", bare.returncode == 2 and "fonts-noto-cjk" in bare.stderr, bare)
    check("and nothing stays of it", files_about(path) == [], files_about(path))
    bad = hall.run("cards", "make", "--poll", "N", "--count", "5", "--kind", "county", "--group", "municipal", "--out",
                   os.path.join(hall.folder, "none/../a.pdf/x.pdf"))
    check("nowhere to write", bad.returncode == 2 and "E_FILE" in bad.stderr, bad)


def unsure_cards(hall, database):
    """The line breaks after the daemon has stored it: the same command goes on, with the same cards."""
    path = os.path.join(hall.folder, "b.pdf")
    make = ("cards", "make", "--poll", "B", "--kind", "county", "--group", "public", "--count", "120", "--out", path, "--timeout", "2")
    cut = Cut(hall.daemon.address)
    result = hall.run(*make, env={**hall.daemon.client_env(), "JIXIAO_SERVER": cut.address})
    check("no answer: exit 3", result.returncode == 3 and "请勿打印" in result.stderr, result)
    check("the line broke after the request", cut.is_cut)
    check("the sheets are not named as cards yet", files_about(path) == ["b.pdf.deed", "b.pdf.pending"], files_about(path))
    with open(path + ".deed", "rb") as file:
        deed = file.read()
    typed, _ = codes_of(path + ".pending")
    cards = [Card(code_bytes(t)) for t in typed]
    check("what waits to be sent holds no code", not any(c.code in deed or c.token in deed or c.text.encode() in deed for c in cards))
    check("and every hash", len(cards) == 120 and all(c.hash in deed for c in cards))
    other = hall.run("cards", "make", "--poll", "A", "--count", "7", "--out", path)
    check("another poll's cards do not take its place", other.returncode == 2 and len(files_about(path)) == 2, other)
    result = hall.run(*make)
    check("the same again ends it", result.returncode == 0 and "120 张" in result.stderr, result)
    check("the sheets are cards now", files_about(path) == ["b.pdf"], files_about(path))
    check("with the same codes", codes_of(path)[0] == typed)
    stored = {bytes.fromhex(r["card"][2:]) for r in database.rows("jx.card") if r["poll"] == "B"}
    check("registered once", stored == {c.hash for c in cards}, len(stored))
    check("one opening is on record", sum(r["poll"] == "B" for r in database.rows("jx.poll")) == 1)


def broken_off_cards(hall, database):
    """Killed before the deed was written: those sheets were never sent, and are made anew."""
    path = os.path.join(hall.folder, "c.pdf")
    with open(path + ".pending", "wb") as file:
        file.write(b"half a sheet")
    result = hall.run("cards", "make", "--poll", "A", "--count", "9", "--out", path)
    check("half a sheet is replaced", result.returncode == 0 and files_about(path) == ["c.pdf"], result)
    check("more cards of a poll", sum(r["poll"] == "A" for r in database.rows("jx.card")) == 29)
    gone = hall.run("cards", "make", "--poll", "A", "--count", "9", "--out", os.path.join(hall.folder, "d.pdf"), "--timeout", "1",
                    env={**hall.daemon.client_env(), "JIXIAO_SERVER": "127.0.0.1:1"})
    check("no line at all: nothing is made", gone.returncode == 3 and files_about(os.path.join(hall.folder, "d.pdf")) == [], gone)


# ---- Voting.

def wrong_codes(hall, card):
    env = {**hall.voter_env(), "JIXIAO_SERVER": "127.0.0.1:1"}  # nobody is there: whoever asks would say 3
    wrong = card.text[:-1] + ("0" if card.text[-1] != "0" else "1")
    swapped = card.text[1] + card.text[0] + card.text[2:]
    for name, code in (("one character", wrong), ("two swapped", swapped if swapped != card.text else wrong),
                       ("one missing", card.text[:-1]), ("something else", "你好"), ("too long", card.text * 9)):
        result = hall.run("ballot", code, env=env)
        check(f"a wrong code ({name}) is found before any network", result.returncode == 1 and "[E_CARD]" in result.stderr, result)
        check(f"and not repeated on the screen ({name})", code not in result.stdout + result.stderr)
    result = hall.run("ballot", card.text, "--timeout", "1", env=env)
    check("a right one needs the network", result.returncode == 3, result)
    unknown = hall.run("ballot", Card().text, env=hall.voter_env())
    check("a code of no card", unknown.returncode == 1 and "[E_CARD]" in unknown.stderr, unknown)


def at_a_terminal(hall, card):
    """Typed small, with a slip, back and forth; then sent."""
    terminal = Terminal([jixiao, "ballot"], {**hall.voter_env(), "TERM": "xterm"})
    check("it asks for the code", terminal.wait_for("卡码"))
    terminal.type(card.text.lower().replace("-", " ").replace("0", "o") + "\n")
    check("the form is a table", terminal.wait_for("南城区") and terminal.wait_for("选项：1 A  2 B  3 C  4 D"), terminal.text)
    check("the first unit", terminal.wait_for("[1/3] X1 东山县"))
    with open(f"/proc/{terminal.pid}/cmdline", "rb") as file:
        check("no code in the list of processes", card.text.encode() not in file.read())
    for typed, shown in (("7\n", "- 为空白"), ("1\n", "2 服务质量"), ("b\n", "1 工作实绩 [A]"), ("2\n", "2 服务质量"),
                         ("３\n", "3 廉政作风"), ("\n", "意见"), ("办事快\n", "[2/3] X2 西水县"), ("1234\n", "- 为空白"),
                         ("1-4\n", "意见"), ("\n", "[3/3] X3 南城区"), ("\n", "服务质量"), ("\n", "廉政作风"), ("\n", "意见"),
                         ("\n", "提交吗"), ("b\n", "[3/3] X3 南城区"), ("\n", "提交吗"), ("x\n", "提交吗"), ("y\n", "已投票")):
        before = len(terminal.text)
        terminal.type(typed)
        until = time.monotonic() + 20
        while shown not in terminal.text[before:] and time.monotonic() < until and terminal._read(0.1):
            pass
        if not check(f"after {typed!r} comes {shown}", shown in terminal.text[before:], terminal.text[before:]):
            break
    status, text = terminal.end()
    check("voted at a terminal", status == 0 and re.search("已投票 · 回执 [0-9a-f]{8}", text), text[-200:])
    return ((2, 3, 0), (1, 0, 4), (0, 0, 0)), ((0, "办事快"),)


def leaving(hall, card):
    for name, typed in (("q", "q\n"), ("the end of input", ""), ("q at the summary", "\n" * 12 + "q\n")):
        result = hall.run("ballot", card.text, env=hall.voter_env(), input=typed)
        check(f"left by {name}: nothing is sent", result.returncode == 0 and "没有提交" in result.stderr and "已投票" not in result.stdout, result)
    stopped = Terminal([jixiao, "ballot", card.text], {**hall.voter_env(), "TERM": "xterm"})
    stopped.wait_for("[1/3]")
    with open(f"/proc/{stopped.pid}/cmdline", "rb") as file:
        check("a code that was given is taken out of the list of processes", card.text.encode() not in file.read())
    stopped.interrupt()
    check("left by Ctrl-C", stopped.end()[0] == 130)
    peer = hall.daemon.peer()
    check("the card is still good", hall.form(peer, card).state == "open")
    peer.close()


def from_files(hall, card, meant):
    env, path = hall.voter_env(), os.path.join(hall.folder, "answers.csv")
    for name, text in (("no such unit", "unit,1,2,3\nX9,A,A,A\n"), ("no such option", "unit,1,2,3\nX1,A,E,A\n"),
                       ("a unit twice", "unit,1,2,3\nX1,A,A,A\nX1,B,B,B\n"), ("a question missing", "unit,1,2\nX1,A,A\n"),
                       ("a question twice", "unit,1,2,3,3\nX1,A,A,A,A\n"), ("another column", "unit,1,2,3,name\nX1,A,A,A,\n"),
                       ("a cell too many", "unit,1,2,3\nX1,A,A,A,A\n"), ("no head", "X1,A,A,A\n"), ("nothing", ""),
                       ("no CSV", 'unit,1,2,3\n"X1,A,A,A\n'), ("a long opinion", "unit,1,2,3,opinion\nX1,A,A,A," + "长" * 201 + "\n"),
                       ("a terminal's escape", "unit,1,2,3,opinion\nX1,A,A,A,\x1b[31m\n")):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        result = hall.run("ballot", card.text, "--answers", path, env=env)
        check(f"{name}: refused, with its place", result.returncode == 6 and re.search(r"answers\.csv:\d+:\d+: ", result.stderr), result)
    with open(path, "w", encoding="gb18030") as file:  # as a Chinese Excel saves it, questions by name, in another order
        file.write("unit,廉政作风,工作实绩,服务质量,opinion\r\n西水县,4,1,,\r\nX1,,B,Ｃ,办事快\r\n")
    first = hall.must("ballot", card.text, "--answers", path, env=env)
    check("a file of GB18030 with names is taken", first.stdout.startswith("已投票"), first)
    write_csv(path, UNITS, *meant)
    again = hall.must("ballot", card.text, "--answers", path, env=env)
    check("the same said otherwise is the same", again.stdout == first.stdout.replace("已投票", "已投过，内容相同"), (first, again))
    piped = hall.must("ballot", card.text, "--answers", "-", env=env, input="unit,1,2,3,opinion\nX1,2,3,,办事快\nX2,1,-,4,\n")
    check("or from standard input", piped.stdout == again.stdout, piped)
    other = hall.run("ballot", card.text, "--answers", "-", env=env, input="unit,1,2,3\nX1,2,3,1\n")
    check("other answers: 5", other.returncode == 5 and "[E_CARD_USED]" in other.stderr, other)


def at_a_station(hall, cards, meant):
    env = hall.voter_env()
    good = machine_line(cards[0], UNITS, *meant)
    lines = [good, "", "not a code\tX1=ABC", machine_line(Card(), UNITS, *meant), f"{cards[1].text}\tX1=AB", f"{cards[1].text}\tX1=ABCD",
             f"{cards[1].text}\tX1=A,B", f"{cards[1].text}\tX7=ABC", f"{cards[1].text}\tABC", f"{cards[1].text}\tX1=ABZ", f"{cards[1].text}",
             f"{cards[1].text}\tX1=ABC\tX1=" + "长" * 201, good, f"{cards[0].text}\tX1=ABC",
             f"{cards[1].text.lower()}\tX1=1,B,\tX2=好\tX1=也好"]
    result = hall.run("ballot", "--station", "--answers", "-", env=env, input="".join(x.rstrip("\n") + "\n" for x in lines))
    said = [line.split("\t")[:2] + line.split("\t")[2:3] * line.count("refused") for line in result.stdout.split("\n")[:-1]]
    meant_said = [["1", "cast"], ["3", "refused", "E_CARD"], ["4", "refused", "E_CARD"]] + \
        [[str(n), "refused", "E_FIELD"] for n in range(5, 13)] + \
        [["13", "replayed"], ["14", "refused", "E_CARD_USED"], ["15", "cast"]]
    check("each line its own answer, by number", said == meant_said, said)
    check("some refused: 6", result.returncode == 6 and "共收 3 张卡，另有 11 张未受理" in result.stderr, result)
    check("no code in what it says", not any(c.text in result.stdout + result.stderr for c in cards))
    gone = hall.run("ballot", "--station", "--answers", "-", "--timeout", "1", env={**env, "JIXIAO_SERVER": "127.0.0.1:1"}, input=good * 3)
    check("a station without a line stops at once", gone.returncode == 3 and gone.stdout.startswith("1\trefused\tE_CONNECTION"), gone)
    terminal = Terminal([jixiao, "ballot", "--station"], {**env, "TERM": "xterm"})
    terminal.wait_for("请扫描或输入卡码")
    terminal.type(cards[2].text + "\n")
    terminal.wait_for("[1/3]")
    terminal.type("111\n\n222\n\n333\n\n")
    terminal.wait_for("提交吗")
    terminal.type("y\n")
    check("a voter at the station", terminal.wait_for("已投票"), terminal.text[-300:])
    terminal.type("\n")
    check("the screen is cleared for the next", terminal.wait_for("\x1b[2J\x1b[3J"), terminal.text[-100:])
    before = len(terminal.text)
    terminal.type(cards[3].text + "\n")
    terminal.wait_for("[1/3]")
    terminal.type("q\n")
    while "请扫描" not in terminal.text[before + 1:] and terminal._read(0.3):
        terminal.type("\n")
    check("the form is not shown again while it is the same", "选项：1" not in terminal.text[before:], terminal.text[before:])
    terminal.type("\x04")
    terminal.end()


def slowly(hall, cards, meant):
    """The daemon hangs up on whoever has not logged in for three seconds: voters take longer, so do pauses at a station."""
    env = hall.voter_env()
    terminal = Terminal([jixiao, "ballot", cards[0].text], {**env, "TERM": "xterm"})
    terminal.wait_for("[1/3]")
    time.sleep(5)
    terminal.type("1\n" + "\n" * 11)
    terminal.wait_for("提交吗")
    terminal.type("y\n")
    status, text = terminal.end()
    check("a voter may think", status == 0 and "已投票" in text, text[-300:])
    station = subprocess.Popen([jixiao, "ballot", "--station", "--answers", "-"], env=env, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for card in cards[1:3]:
        station.stdin.write(machine_line(card, UNITS, *meant))
        station.stdin.flush()
        said = station.stdout.readline()
        check("a hall may pause", said.split("\t")[1:2] == ["cast"], said)
        time.sleep(5)
    station.communicate()


def usage(hall):
    env = hall.voter_env()
    for arguments in (("ballot", "a", "b"), ("ballot", "--station", "x"), ("ballot", "--station", "--answers", "x.csv"),
                      ("ballot", "--answers", "-"), ("cards", "make"), ("cards", "make", "--poll", "A", "--out", "x")):
        result = hall.run(*arguments, env=env, input="")
        check(f"{' '.join(arguments)}: 2", result.returncode == 2 and "[E_USAGE]" in result.stderr, result)
    for command, word in ((("ballot",), "--station"), (("cards", "make"), "--poll")):
        check("help says what there is", word in hall.must("help", *command, env=env).stdout)
    nowhere = {k: v for k, v in env.items() if k != "HOME"}
    result = hall.run("ballot", Card().text, env=nowhere)
    check("no home is needed", result.returncode == 1, result)


with Hall(jixiaod, jixiao, config="limits.login_seconds: 3\n") as hall:
    database = Database(hall.daemon)
    cards = make_cards(hall, database)
    refused_cards(hall)
    unsure_cards(hall, database)
    broken_off_cards(hall, database)
    usage(hall)
    wrong_codes(hall, cards[0])
    leaving(hall, cards[1])
    meant = at_a_terminal(hall, cards[2])
    peer = hall.daemon.peer()
    receipt, replayed = Vote(cards[2], *meant).cast(peer)
    check("what was typed is what was cast", replayed)
    peer.close()
    from_files(hall, cards[3], meant)
    at_a_station(hall, cards[4:8], meant)
    slowly(hall, cards[8:11], meant)
    check("the client has left nothing in its home", os.listdir(hall.voter_env()["HOME"]) == [])
    admin = hall.daemon.admin()
    hall.issue(admin, "A", 20)
    hall.close(admin, "A")
    admin.close()
    closed = hall.run("ballot", cards[1].text, env=hall.voter_env(), input="")
    check("closed: 5", closed.returncode == 5 and "[E_PHASE]" in closed.stderr, closed)
    more = hall.run("cards", "make", "--poll", "A", "--count", "3", "--out", os.path.join(hall.folder, "late.pdf"))
    check("no more cards of a closed poll", more.returncode == 1 and files_about(os.path.join(hall.folder, "late.pdf")) == [], more)
tally.close()
