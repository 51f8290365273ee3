package plots

import (
	"bytes"
	"encoding/gob"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"flowbook/modellib/run"

	"github.com/google/go-cmp/cmp"
	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/cmpimg"
	"gonum.org/v1/plot/vg"
)

func small() *Figure { return Bars("Title", "unit", []string{"a", "b"}, []float64{1, 2}) }

// helperEnv tells the test binary to act as the cell of a notebook.
const helperEnv = "FLOWBOOK_PLOTS_TEST_CELL"

func TestMain(m *testing.M) {
	if os.Getenv(helperEnv) == "" {
		os.Exit(m.Run())
	}
	Show(small(), "two bars")
	ShowMarkdown("**hello**")
	os.Exit(0)
}

// TestShowInANotebook plays the kernel: it reads what a cell displays and
// acknowledges a Sync only after all else has come.
func TestShowInANotebook(t *testing.T) {
	dir := t.TempDir()
	to, back := filepath.Join(dir, "to"), filepath.Join(dir, "back")
	for _, p := range []string{to, back} {
		if err := syscall.Mkfifo(p, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cell := exec.Command(os.Args[0])
	cell.Env = append(os.Environ(), helperEnv+"=1", protocol.GONB_PIPE_ENV+"="+to, protocol.GONB_PIPE_BACK_ENV+"="+back)
	cell.Stderr = os.Stderr
	if err := cell.Start(); err != nil {
		t.Fatal(err)
	}
	// A cell that dies early would leave the pipes without a writer.
	timer := time.AfterFunc(time.Minute, func() { _ = cell.Process.Kill() })
	defer timer.Stop()
	shown, synced := kernel(t, to, back)
	if err := cell.Wait(); err != nil {
		t.Fatal(err)
	}
	if len(shown) != 2 || synced != 2 {
		t.Fatalf("%d displays and %d syncs, want 2 of each", len(shown), synced)
	}
	fig := shown[0]
	data, _ := fig.Data[protocol.MIMEImagePNG].([]byte)
	cfg, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	meta, _ := fig.Metadata[string(protocol.MIMEImagePNG)].(map[string]any)
	w, h := small().pixels()
	if diff := cmp.Diff(map[string]any{"width": w, "height": h, "alt": "two bars"}, meta); diff != "" {
		t.Errorf("metadata: %s", diff)
	}
	if d := cfg.Width - 2*w; d < -1 || d > 1 {
		t.Errorf("the image is %d pixels wide, want two for each of %d", cfg.Width, w)
	}
	if got := fig.Data[protocol.MIMETextPlain]; got != "two bars" {
		t.Errorf("text/plain is %q", got)
	}
	if got := shown[1].Data[protocol.MIMETextMarkdown]; got != "**hello**" {
		t.Errorf("text/markdown is %q", got)
	}
}

// kernel reads displays until the cell ends.
func kernel(t *testing.T, to, back string) (shown []protocol.DisplayData, synced int) {
	t.Helper()
	in, err := os.Open(to)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(back, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	dec, enc := gob.NewDecoder(in), gob.NewEncoder(out)
	for {
		var d protocol.DisplayData
		if dec.Decode(&d) != nil {
			return shown, synced
		}
		sync, ok := d.Data[protocol.MIMECommValue].(protocol.CommValue)
		if !ok {
			shown = append(shown, d)
			continue
		}
		synced++
		if err := enc.Encode(protocol.CommValue{Address: protocol.GonbuiSyncAckAddress, Value: sync.Value}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestShowOfAScriptWritesFiles(t *testing.T) {
	if gonbui.IsNotebook {
		t.Fatal("the test runs inside a notebook")
	}
	dir := filepath.Join(t.TempDir(), "figures")
	t.Setenv(FiguresEnv, dir)
	kept.n = 0
	Show(small(), "Two bars: a has 1, b has 2 (made up).")
	Show(small(), "¿?")
	for _, name := range []string{"01-two-bars-a-has-1.png", "02-.png"} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !bytes.Equal(raw, small().PNG()) {
			t.Errorf("%s: %v, want the figure", name, err)
		}
	}
	t.Setenv(FiguresEnv, "")
	Show(small(), "goes nowhere")
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("%d files, want 2", len(entries))
	}
}

func TestSave(t *testing.T) {
	dir := t.TempDir()
	svg := filepath.Join(dir, "f.svg")
	if err := small().Save(svg); err != nil {
		t.Fatal(err)
	}
	if raw, _ := os.ReadFile(svg); !bytes.Contains(raw, []byte("<svg")) || !bytes.Contains(raw, []byte("font-face")) {
		t.Error("no SVG with its fonts")
	}
	if err := small().Save(filepath.Join(dir, "f.bmp")); err == nil || !strings.Contains(err.Error(), `".bmp", expected .png or .svg`) {
		t.Errorf("error %v", err)
	}
	if err := small().Save(filepath.Join(dir, "no", "f.png")); err == nil {
		t.Error("saved in a folder that does not exist")
	}
}

// TestGoldenComparisonCanFail changes one number in one cell.
func TestGoldenComparisonCanFail(t *testing.T) {
	a := Bars("Title", "unit", []string{"a", "b"}, []float64{1, 2001}).PNG()
	b := Bars("Title", "unit", []string{"a", "b"}, []float64{1, 2002}).PNG()
	if ok, err := cmpimg.EqualApprox("png", a, b, 0.1); ok || err != nil {
		t.Errorf("2,001 and 2,002 look equal (%v)", err)
	}
}

func TestPNGHasAPalette(t *testing.T) {
	values := make([]float32, 40*40)
	features := make([]string, 40)
	for i := range values {
		values[i] = float32(i)/400 - 2
	}
	fig := WindowHeat("Many colours", values, features)
	a, b := fig.PNG(), fig.PNG()
	if !bytes.Equal(a, b) {
		t.Error("the same figure gave other bytes")
	}
	img, err := png.Decode(bytes.NewReader(a))
	if err != nil {
		t.Fatal(err)
	}
	// Two pixels for each of the page: 192 dots an inch.
	if want := int(vg.Length(Width).Dots(192)); img.Bounds().Dx() < want-1 || img.Bounds().Dx() > want+1 {
		t.Errorf("%d pixels wide, want %d", img.Bounds().Dx(), want)
	}
	for _, at := range [][2]int{{0, 0}, {200, 200}, {600, 500}} {
		r, g, b, _ := img.At(at[0], at[1]).RGBA()
		er, eg, eb, _ := fig.raster().At(at[0], at[1]).RGBA()
		for _, d := range []int{int(r) - int(er), int(g) - int(eg), int(b) - int(eb)} {
			if d>>8 > 12 || d>>8 < -12 {
				t.Errorf("pixel %v is far from its colour: %d", at, d>>8)
			}
		}
	}
}

func TestPanics(t *testing.T) {
	for _, c := range []struct {
		want string
		call func()
	}{
		{"Show needs a text", func() { Show(small(), " ") }},
		{"0 names for 0 bars", func() { Bars("", "", nil, nil) }},
		{`bar "a" is -1`, func() { Bars("", "", []string{"a"}, []float64{-1}) }},
		{"1 timeouts and 0 counts", func() { FlowsByTimeout([]time.Duration{1}, nil) }},
		{"3 values are no whole number of steps of 2 features", func() { WindowHeat("", make([]float32, 3), make([]string, 2)) }},
		{"labels of 0 types", func() { LabelDistribution(nil, nil, nil, nil) }},
		{"labels of 1 types and 2 applications", func() { JointDistribution([]string{"a"}, []int32{0}, []string{"b"}, []int32{0, 0}) }},
		{"without epochs", func() { TrainingCurves(nil, 0) }},
		{"without packets", func() { PacketTimeline("", nil, 0) }},
		{"without layers", func() { Architecture("", nil) }},
	} {
		t.Run(c.want, func(t *testing.T) {
			defer func() {
				if msg, _ := recover().(string); !strings.HasPrefix(msg, "plots: ") || !strings.Contains(msg, c.want) {
					t.Errorf("panic %q", msg)
				}
			}()
			c.call()
		})
	}
}

func TestNumbers(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 1234567: "1,234,567", -1500: "-1,500", 0.25: "0.25", 2.5: "2.5", 1e-5: "1e-05", 3e12: "3e+12"} {
		if got := number(v); got != want {
			t.Errorf("%g is written %q, want %q", v, got, want)
		}
	}
}

func TestTicks(t *testing.T) {
	labels := func(tk interface {
		Ticks(lo, hi float64) []plot.Tick
	}, lo, hi float64) []string {
		var out []string
		for _, x := range tk.Ticks(lo, hi) {
			out = append(out, x.Label)
		}
		return out
	}
	for _, c := range []struct {
		got, want []string
	}{
		{labels(ticks{}, 0, 1), []string{"0", "0.2", "0.4", "0.6", "0.8", "1"}},
		{labels(ticks{3}, 0, 120), []string{"0", "30", "60", "90", "120"}},
		{labels(wholeTicks{}, 1, 3), []string{"1", "2", "3"}},
		{labels(wholeTicks{}, 1, 100), []string{"1", "20", "40", "60", "80", "100"}},
		{labels(absoluteTicks{}, -100, 100), []string{"100", "50", "0", "50", "100"}},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Error(diff)
		}
	}
}

// Figures of the smallest input must not fail.
func TestSmallest(t *testing.T) {
	TrainingCurves([]run.Epoch{{Epoch: 1, Heads: []run.HeadEpoch{{Task: "type"}}}}, 1).PNG()
	PacketTimeline("one packet", []Packet{{}}, 3*time.Second).PNG()
	LabelDistribution([]string{"a"}, []int32{0}, []string{"b"}, []int32{0}).PNG()
	Architecture("one box", []Layer{{Name: "input"}}).PNG()
	Bars("nothing", "", []string{"a"}, []float64{0}).PNG()
}
