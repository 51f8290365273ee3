package course

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"flowbook/flowlib/label"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

const (
	hosts = 24
	pairs = 26
	days  = 6
)

// TestDesign proves that the design is crossed: each host has each pair once,
// and each pair has as many recordings of each day with and without VPN.
func TestDesign(t *testing.T) {
	all := Captures()
	if len(all) != hosts*pairs {
		t.Fatalf("%d captures, expected %d", len(all), hosts*pairs)
	}
	count := map[string]int{}
	type cell map[string]bool
	access, ways, dayOf := map[string]cell{}, map[string]cell{}, map[string]int{}
	for _, c := range all {
		pair := c.Type + "/" + c.App
		count[c.Host+" "+pair]++
		dayOf[fmt.Sprint(pair, c.Day, c.VPN)]++
		for m, v := range map[*map[string]cell]string{&access: c.Access, &ways: c.Implementation} {
			if (*m)[pair] == nil {
				(*m)[pair] = cell{}
			}
			(*m)[pair][v] = true
		}
		if c.Session == "" || c.Seed == 0 || c.Seconds < 80 || c.Packets == 0 || len(c.SHA256) != 64 || c.VPN != (c.Tunnel != "") {
			t.Errorf("%s: incomplete label %+v", c.File, c)
		}
	}
	if len(count) != hosts*pairs || len(dayOf) != pairs*days*2 || len(ways) != pairs {
		t.Errorf("%d of host and pair, %d of pair, day and VPN, %d pairs", len(count), len(dayOf), len(ways))
	}
	for k, n := range dayOf {
		if n != hosts/days/2 {
			t.Errorf("%s: %d recordings, expected %d", k, n, hosts/days/2)
		}
	}
	for pair := range ways {
		if len(access[pair]) < 3 || len(ways[pair]) < 2 {
			t.Errorf("%s: access networks %v, ways %v", pair, access[pair], ways[pair])
		}
	}
}

// unpackOnce unpacks the whole set for the tests that read it.
func unpackOnce(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := Unpack(dir, false); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestUnpack(t *testing.T) {
	dir := unpackOnce(t)
	side := readSidecar(t, dir)
	if !slices.Equal(side.Captures, Captures()) {
		t.Error("labels.json differs from Captures()")
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(side.Captures)+1 {
		t.Errorf("%d files, expected %d captures and labels.json", len(entries), len(side.Captures))
	}
	for i, c := range side.Captures {
		if i%15 == 0 || c.Type == "p2p" { // gopacket takes seconds for all
			t.Run(c.File, func(t *testing.T) { checkCapture(t, filepath.Join(dir, c.File), c) })
		}
	}
	if len(windowed) != 8 {
		t.Errorf("windows of 20 miniflows only in %v", windowed)
	}
}

// checkCapture reads one capture with gopacket and counts what it promises.
func checkCapture(t *testing.T, name string, c label.Capture) {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != c.SHA256 {
		t.Error("SHA-256 differs from the label's")
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	r, err := pcapgo.NewReader(z)
	if err != nil {
		t.Fatal(err)
	}
	times := map[string][]int64{}
	packets := 0
	for {
		data, info, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		packets++
		key, err := dissect(data)
		if err != nil {
			t.Fatalf("packet %d: %v", packets, err)
		}
		times[key] = append(times[key], info.Timestamp.UnixMicro())
	}
	if packets != c.Packets {
		t.Errorf("%d packets, the label says %d", packets, c.Packets)
	}
	if got := slowWindows(times) > 0; got && !windowed[c.Type] {
		windowed[c.Type] = true
	}
}

// windowed has the traffic types of which a capture gives a window.
var windowed = map[string]bool{}

// dissect decodes a frame and verifies its checksums; the key names its flow.
func dissect(data []byte) (key string, err error) {
	p := gopacket.NewPacket(data, layers.LayerTypeEthernet, gopacket.NoCopy)
	if e := p.ErrorLayer(); e != nil {
		return "", e.Error()
	}
	if p.Layer(layers.LayerTypeARP) != nil {
		return "ARP", nil
	}
	ip, ok := p.NetworkLayer().(*layers.IPv4)
	if !ok {
		return "", fmt.Errorf("no IPv4 in %v", p)
	}
	if !sumsToOnes(data[14:34]) {
		return "", errors.New("wrong IPv4 checksum")
	}
	var ports []string
	if tl := p.TransportLayer(); tl != nil {
		segment := data[34 : 14+int(ip.Length)]
		pseudo := []byte{0, byte(ip.Protocol), byte(len(segment) >> 8), byte(len(segment))}
		if !sumsToOnes(ip.SrcIP.To4(), ip.DstIP.To4(), pseudo, segment) {
			return "", errors.New("wrong checksum")
		}
		f := tl.TransportFlow()
		ports = []string{f.Src().String(), f.Dst().String()}
	} else {
		ports = []string{"", ""}
	}
	ends := []string{ip.SrcIP.String() + ":" + ports[0], ip.DstIP.String() + ":" + ports[1]}
	slices.Sort(ends)
	return ip.Protocol.String() + " " + strings.Join(ends, " "), nil
}

// sumsToOnes verifies an Internet checksum, word by word.
func sumsToOnes(parts ...[]byte) bool {
	b := bytes.Join(parts, nil)
	if len(b)%2 == 1 {
		b = append(b, 0)
	}
	total := 0
	for i := 0; i < len(b); i += 2 {
		total += int(b[i])<<8 | int(b[i+1])
	}
	return total%0xffff == 0
}

// slowWindows counts windows of 20 miniflows packet by packet: a superflow is
// cut 120 s and a miniflow 3 s after its first packet; a miniflow needs two
// packets.
func slowWindows(times map[string][]int64) (windows int) {
	for _, at := range times {
		super, mini := at[0], at[0]
		inMini, minis := 0, 0
		endMini := func() {
			if inMini >= 2 {
				minis++
			}
			inMini = 0
		}
		endSuper := func() { endMini(); windows += max(0, minis-19); minis = 0 }
		for _, t := range at {
			switch {
			case t-super > 120e6:
				endSuper()
				super, mini = t, t
			case t-mini > 3e6:
				endMini()
				mini = t
			}
			inMini++
		}
		endSuper()
	}
	return windows
}

func readSidecar(t *testing.T, dir string) label.Sidecar {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, label.SidecarName))
	if err != nil {
		t.Fatal(err)
	}
	var s label.Sidecar
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestUnpackTinyWritesOnlyWhatIsMissing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	if err := Unpack(dir, true); err != nil {
		t.Fatal(err)
	}
	side := readSidecar(t, dir)
	if len(side.Captures) != 16 {
		t.Fatalf("%d captures, expected 4 hosts with 4 pairs", len(side.Captures))
	}
	before := map[string]os.FileInfo{}
	for _, c := range side.Captures {
		before[c.File] = stat(t, filepath.Join(dir, c.File))
	}
	damaged := side.Captures[3].File
	if err := os.WriteFile(filepath.Join(dir, damaged), []byte("cut"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Unpack(dir, true); err != nil {
		t.Fatal(err)
	}
	for name, old := range before {
		now := stat(t, filepath.Join(dir, name))
		if name == damaged {
			if now.Size() != old.Size() {
				t.Errorf("%s was not repaired", name)
			}
		} else if !os.SameFile(old, now) || !now.ModTime().Equal(old.ModTime()) {
			t.Errorf("%s was written again", name)
		}
	}
}

func stat(t *testing.T, name string) os.FileInfo {
	t.Helper()
	i, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestUnpackNamesWhatItCannotWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Unpack(filepath.Join(file, "sub"), true); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("error %v does not name %s", err, file)
	}
}

func TestDamagedRecordingLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	good := load()[0]
	for i := 0; i < len(good.packed); i += 1 + len(good.packed)/50 {
		bad := good
		bad.packed = bytes.Clone(good.packed)
		bad.packed[i] ^= 0x10
		err := unpackAll(dir, []recording{bad}, Options{}, make([]label.Capture, 1))
		if err == nil || !strings.Contains(err.Error(), good.File) {
			t.Fatalf("byte %d changed: error %v does not name %s", i, err, good.File)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 0 {
			t.Fatalf("byte %d changed: %v was left", i, entries)
		}
	}
}

func TestParseRefusesDamage(t *testing.T) {
	cases := map[string]struct {
		labels, packed []byte
		want           string
	}{
		"no labels":      {nil, recordings, "labels.json"},
		"other format":   {[]byte(`{"format":"flowbook-labels/9"}`), recordings, "flowbook-labels/9"},
		"other magic":    {labelsJSON, []byte("PAR1"), "recordings.bin"},
		"cut":            {labelsJSON, recordings[:len(recordings)/2], "ends before"},
		"a rest":         {labelsJSON, append(bytes.Clone(recordings), 0), "after the last"},
		"only the magic": {labelsJSON, []byte(magic), "ends before host01"},
	}
	for name, c := range cases {
		if _, err := parse(c.labels, c.packed); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, expected one with %q", name, err, c.want)
		}
	}
}

func TestHash(t *testing.T) {
	if h := Hash(); len(h) != 64 || h != Hash() {
		t.Errorf("Hash is %q, then %q", h, Hash())
	}
	if n := len(recordings) + len(labelsJSON); n > 32<<20 {
		t.Errorf("the embedded files have %d bytes, more than 32 MiB", n)
	}
}
