package course

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gopacket/gopacket/pcapgo"

	"flowbook/flowlib/label"
)

// TestComments writes the tiny course as pcapng and finds the same packets as
// in the pcap files, each with the truth as its comment.
func TestComments(t *testing.T) {
	plain, dir := t.TempDir(), t.TempDir()
	if err := Unpack(plain, true); err != nil {
		t.Fatal(err)
	}
	if err := Write(dir, Options{Subset: "tiny", Comments: true, Truth: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := label.ReadSidecar(dir); err != nil {
		t.Error(err)
	}
	for _, c := range readSidecar(t, dir).Captures {
		stem := strings.TrimSuffix(c.File, ".pcapng.gz")
		frames, err := readPlainBytes(gunzip(t, filepath.Join(plain, stem+".pcap.gz")))
		if err != nil {
			t.Fatal(err)
		}
		truth, err := Truth(stem + ".pcap.gz")
		if err != nil {
			t.Fatal(err)
		}
		text := gunzip(t, filepath.Join(dir, c.File))
		r, err := pcapgo.NewNgReader(strings.NewReader(string(text)), pcapgo.DefaultNgReaderOptions)
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range frames {
			data, info, err := r.ReadPacketData()
			if err != nil {
				t.Fatalf("%s, packet %d: %v", c.File, i, err)
			}
			if string(data) != string(f.Data) || info.Timestamp.UnixMicro() != f.Time {
				t.Fatalf("%s, packet %d differs", c.File, i)
			}
		}
		want := strings.Count(string(text), c.Type+"/"+c.App+", ")
		if want != len(truth) || len(truth) != len(frames) {
			t.Errorf("%s: %d comments, truth about %d packets, %d packets", c.File, want, len(truth), len(frames))
		}
		table := strings.Split(strings.TrimSpace(string(gunzip(t, filepath.Join(dir, stem+".truth.csv.gz")))), "\n")
		if len(table) != len(frames)+1 || table[0] != "packet,carries,retransmission" {
			t.Errorf("%s: the table of truth has %d lines", c.File, len(table))
		}
	}
}

// TestTruthIsPlausible expects packets of the application in every capture,
// most of all outside tunnels, and packets of the tunnel only inside.
func TestTruthIsPlausible(t *testing.T) {
	for _, c := range Captures() {
		truth, err := Truth(c.File)
		if err != nil {
			t.Fatal(err)
		}
		n := map[string]int{}
		for _, p := range truth {
			n[p.Carries]++
		}
		if n["application"] < 100 || !c.VPN && n["application"] < len(truth)/3 || n["tunnel"] > 0 != c.VPN {
			t.Errorf("%s: %v of %d packets", c.File, n, len(truth))
		}
	}
	if _, err := Truth("gone.pcap.gz"); err == nil || !strings.Contains(err.Error(), "gone.pcap.gz") {
		t.Errorf("truth about nothing: %v", err)
	}
}

func TestSubsets(t *testing.T) {
	for _, s := range Subsets {
		dir := t.TempDir()
		if err := Write(dir, Options{Subset: s}); err != nil {
			t.Fatal(err)
		}
		types, vpn := map[string]bool{}, map[bool]int{}
		for _, c := range readSidecar(t, dir).Captures {
			types[c.Type] = true
			vpn[c.VPN]++
		}
		want := map[string]int{"balanced": 8, "paper-like": 7, "tiny": 3}[s]
		if len(types) != want || vpn[true] == 0 || vpn[false] == 0 {
			t.Errorf("%s: types %v, VPN %v", s, types, vpn)
		}
	}
	if err := Write(t.TempDir(), Options{Subset: "huge"}); err == nil || !strings.Contains(err.Error(), "balanced") {
		t.Errorf("an unknown subset: %v", err)
	}
}

// TestTasks expects of every frozen split that a group stands in one part,
// that a third of hosts and days are test parts, and that every type is in all
// parts but where the task says otherwise.
func TestTasks(t *testing.T) {
	tasks := Tasks()
	if len(tasks) != 3*len(Units) || tasks[0].Name != "course-1.0/type/by-host" {
		t.Fatalf("%d tasks, the first %s", len(tasks), tasks[0].Name)
	}
	for _, task := range tasks {
		group, types := map[string]string{}, map[string]map[string]bool{}
		for _, c := range Captures() {
			p := task.Part[c.File]
			if !slices.Contains(Parts, p) {
				t.Fatalf("%s: %s is in part %q", task.Name, c.File, p)
			}
			g := map[string]string{"host": c.Host, "day": c.Day, "access": c.Access, "implementation": c.Type + c.App + c.Implementation}[task.Unit]
			if old, ok := group[g]; ok && old != p {
				t.Errorf("%s: %s is in %s and %s", task.Name, g, old, p)
			}
			group[g] = p
			if types[p] == nil {
				types[p] = map[string]bool{}
			}
			types[p][c.Type] = true
		}
		if len(types["train"]) != 8 || len(types["test"]) != 8 {
			t.Errorf("%s: train has %d types, test %d", task.Name, len(types["train"]), len(types["test"]))
		}
		held := 0
		for _, p := range group {
			if p == "test" {
				held++
			}
		}
		if 10*held < 3*len(group) {
			t.Errorf("%s: %d of %d groups are held back", task.Name, held, len(group))
		}
	}
	if _, err := FindTask("course-1.0/app/by-day"); err != nil {
		t.Error(err)
	}
	if _, err := FindTask("type"); err == nil {
		t.Error("a task without a version was found")
	}
}

func TestWriteNamesWhatItCannotWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, o := range []Options{{Truth: true}, {Comments: true}} {
		o.Subset = "tiny"
		if err := Write(filepath.Join(file, "sub"), o); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("error %v does not name %s", err, file)
		}
	}
}
