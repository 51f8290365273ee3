package predict

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"flowbook/data/course"
	"flowbook/flowlib/capture"
	"flowbook/flowlib/dataset"
	"flowbook/internal/testdata"
	"flowbook/modellib"
	"flowbook/modellib/run"
)

// fixture is a short training on the tiny course set, made once.
type fixture struct {
	dir, captures, run string
	set                *dataset.Set
	err                error
}

var trained = sync.OnceValue(func() (f fixture) {
	if f.dir, f.err = os.MkdirTemp("", "predict"); f.err != nil {
		return f
	}
	f.captures, f.run = filepath.Join(f.dir, "course"), filepath.Join(f.dir, "run")
	if f.err = course.Unpack(f.captures, true); f.err != nil {
		return f
	}
	if f.set, f.err = dataset.Build(filepath.Join(f.dir, "set"), dataset.Recommended(), f.captures); f.err != nil {
		return f
	}
	r := modellib.Defaults("gru", []string{"type", "app"})
	r.Epochs, r.Backend = 2, "go"
	_, f.err = modellib.Train(f.set, r, f.run, nil)
	return f
})

func TestMain(m *testing.M) {
	code := m.Run()
	if f := trained(); f.dir != "" {
		os.RemoveAll(f.dir)
	}
	os.Exit(code)
}

func open(t *testing.T) (*Predictor, fixture) {
	t.Helper()
	f := trained()
	if f.err != nil {
		t.Fatal(f.err)
	}
	p, err := Open(f.run, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p, f
}

// tested are test windows of one capture: their rows in the predictions.
func tested(f fixture, r *run.Run) (name string, rows []int) {
	for i, w := range r.Predictions[0].Window {
		if name == "" {
			name = f.set.Windows[w].Capture
		}
		if f.set.Windows[w].Capture == name {
			rows = append(rows, i)
		}
	}
	return name, rows
}

// The capture of test windows gives the probabilities that the run stored for
// them, and calibration keeps the best class.
func TestSameNumbersAsEvaluate(t *testing.T) {
	p, f := open(t)
	name, rows := tested(f, p.Run())
	found, err := p.Capture(filepath.Join(f.captures, name+".pcap.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Windows) != len(rows) || len(rows) == 0 {
		t.Fatalf("%d windows, the run tested %d of %s", len(found.Windows), len(rows), name)
	}
	for i, row := range rows {
		w := found.Windows[i]
		if want := f.set.Windows[p.Run().Predictions[0].Window[row]].Superflow; w.Superflow != want {
			t.Errorf("window %d: superflow %s, expected %s", i, w.Superflow, want)
		}
		for task, a := range w.Tasks {
			sum := 0.0
			for k, want := range p.Run().Predictions[task].Probs[row] {
				if math.Abs(a.Raw[k]-want) > 1e-6 {
					t.Errorf("window %d, task %s, class %d: %g, the run has %g", i, a.Task, k, a.Raw[k], want)
				}
				sum += a.Probabilities[k]
				if a.Probabilities[k] > a.Probability {
					t.Errorf("window %d: class %s is more probable than %s", i, a.Classes[k], a.Best)
				}
			}
			if math.Abs(sum-1) > 1e-9 {
				t.Errorf("window %d: calibrated probabilities add up to %g", i, sum)
			}
		}
	}
	if p.Temperature(0) == 1 {
		t.Error("no temperature was fitted")
	}
}

// Every miniflow leads back to its packets: those of its 5-tuple from the
// first offset to the last are as many as it counts.
func TestLineage(t *testing.T) {
	p, f := open(t)
	name, _ := tested(f, p.Run())
	path := filepath.Join(f.captures, name+".pcap.gz")
	found, err := p.Capture(path)
	if err != nil {
		t.Fatal(err)
	}
	at := map[int64]bool{}
	in, err := capture.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	for {
		var packet capture.Packet
		if err := in.Next(&packet); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		at[packet.Offset] = true
	}
	for _, w := range found.Windows {
		if len(w.Miniflows) != f.set.Steps || w.Packets() < f.set.Steps || w.Seconds() <= 0 {
			t.Fatalf("%+v", w)
		}
		for _, m := range w.Miniflows {
			if !at[m.First] || !at[m.Last] || m.Last < m.First {
				t.Fatalf("%s: no packets begin at bytes %d and %d", w.Superflow, m.First, m.Last)
			}
		}
	}
	for _, s := range p.Superflows(found) {
		if s.Windows != len(s.Miniflows)-f.set.Steps+1 {
			t.Errorf("%s: %d windows of %d miniflows", s.Superflow, s.Windows, len(s.Miniflows))
		}
		if line := s.String(); !strings.Contains(line, "type: ") || !strings.Contains(line, "bytes ") || strings.Contains(line, "\n") {
			t.Errorf("line %q", line)
		}
	}
}

// noise writes a capture of UDP packets of one 5-tuple whose sizes and gaps no
// application has.
func noise(t *testing.T) string {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	var b []byte
	le := binary.LittleEndian
	b = le.AppendUint32(b, 0xa1b2c3d4)
	b = append(le.AppendUint16(le.AppendUint16(b, 2), 4), make([]byte, 8)...)
	b = le.AppendUint32(le.AppendUint32(b, 65535), 1)
	for at := int64(1e15); at < 1e15+110e6; at += 1 + r.Int64N(400) {
		size := 1400
		frame := make([]byte, 42)
		copy(frame[12:], []byte{8, 0, 0x45, 0})
		binary.BigEndian.PutUint16(frame[16:], uint16(28+size))
		frame[22], frame[23] = 64, 17
		copy(frame[26:], []byte{10, 0, 0, 1, 10, 0, 0, 2})
		copy(frame[34:], []byte{0x30, 0x39, 0x30, 0x3a})
		binary.BigEndian.PutUint16(frame[38:], uint16(8+size))
		b = le.AppendUint32(le.AppendUint32(b, uint32(at/1e6)), uint32(at%1e6))
		b = append(le.AppendUint32(le.AppendUint32(b, 42), uint32(42+size)), frame...)
	}
	path := filepath.Join(t.TempDir(), "noise.pcap")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Noise is named only for who asks for it; captures of the course are.
func TestAbstains(t *testing.T) {
	p, f := open(t)
	path := noise(t)
	found, err := p.Capture(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range found.Windows {
		if !w.Outside || w.Tasks[0].Class != "" || w.Tasks[0].Best == "" {
			t.Fatalf("noise is named: %s", w)
		}
	}
	p.Always = true
	if found, err = p.Capture(path); err != nil || found.Windows[0].Tasks[0].Class == "" {
		t.Errorf("%v, %v", found, err)
	}
	p.Always = false
	outside, all := 0, 0
	captures, err := filepath.Glob(filepath.Join(f.captures, "*.pcap.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range captures {
		found, err := p.Capture(path)
		if err != nil && !errors.Is(err, ErrNoWindow) {
			t.Fatal(err)
		}
		for _, w := range found.Windows {
			all++
			if w.Outside {
				outside++
			}
		}
	}
	if all == 0 || outside > all/5 {
		t.Errorf("%d of %d windows of the course lie outside", outside, all)
	}
}

// The embedded model answers like any other, and knows the course.
func TestCourseModel(t *testing.T) {
	f := trained()
	if f.err != nil {
		t.Fatal(f.err)
	}
	p, err := OpenCourse("go")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	name, _ := tested(f, must(t, f.run))
	found, err := p.Capture(filepath.Join(f.captures, name+".pcap.gz"))
	if err != nil || len(found.Windows) == 0 || found.Windows[0].Outside {
		t.Errorf("%v, %+v", err, found)
	}
}

func must(t *testing.T, dir string) *run.Run {
	t.Helper()
	r, err := run.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestBadInput(t *testing.T) {
	p, f := open(t)
	dir := t.TempDir()
	text := filepath.Join(dir, "text.pcap")
	if err := os.WriteFile(text, []byte("not a capture"), 0o600); err != nil {
		t.Fatal(err)
	}
	short := testdata.Shared(t, "oracle/pop3")
	captures, err := filepath.Glob(filepath.Join(short, "*.pcap*"))
	if err != nil || len(captures) == 0 {
		t.Fatalf("%v, %v", captures, err)
	}
	for _, c := range []struct{ path, want string }{
		{filepath.Join(dir, "none.pcap"), "no such file"},
		{text, "expected a capture"},
		{captures[0], "no window: a window is 20 miniflows of 3s in one superflow of 2m0s, and the longest superflow has "},
	} {
		found, err := p.Capture(c.path)
		if err == nil || !strings.Contains(err.Error(), c.want) || found != nil && len(found.Windows) > 0 {
			t.Errorf("%s: %v, %v", c.path, found, err)
		}
	}
	r, err := run.Open(f.run)
	if err != nil {
		t.Fatal(err)
	}
	r.Manifest.Data.Recipe = nil
	if err := run.Write(f.run, r); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(f.run, ""); err == nil || !strings.Contains(err.Error(), "another version wrote it") {
		t.Errorf("a run without a data recipe: %v", err)
	}
}
