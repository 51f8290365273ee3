package modellib

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"flowbook/flowlib/dataset"
	"flowbook/modellib/fit"
	"flowbook/modellib/run"
)

// stopped trains until an epoch is done and returns its directory, which holds
// a checkpoint after every step up to then.
func stopped(t *testing.T, set *dataset.Set, r Recipe, epoch int) string {
	t.Helper()
	defer func(d time.Duration) { SaveEvery = d }(SaveEvery)
	SaveEvery = 0
	ctx, cancel := context.WithCancel(context.Background())
	dir := t.TempDir()
	_, err := TrainContext(ctx, set, r, dir, Watch{Epoch: func(e run.Epoch) {
		if e.Epoch == epoch {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	return dir
}

// TestResumeFallsBackAndSaysSo: with the newest checkpoint damaged, the one
// before it is taken; with both damaged, the training begins anew; the result
// is always the same.
func TestResumeFallsBackAndSaysSo(t *testing.T) {
	set, whole := planted(2), t.TempDir()
	if _, err := Train(set, killed(), whole, nil); err != nil {
		t.Fatal(err)
	}
	want := content(t, whole)
	for damaged, note := range []string{"going on after batch", "is damaged", "training from the start"} {
		dir := stopped(t, set, killed(), 3)
		files, _ := filepath.Glob(filepath.Join(dir, "checkpoint-*.npz"))
		slices.Sort(files)
		slices.Reverse(files)
		for _, path := range files[:damaged] {
			if err := os.Truncate(path, 1000); err != nil {
				t.Fatal(err)
			}
		}
		var notes []string
		got, err := Resume(context.Background(), dir, set, Watch{Note: func(s string) { notes = append(notes, s) }})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(strings.Join(notes, "\n"), note) || content(t, dir) != want || got.Manifest.Seconds <= 0 {
			t.Errorf("%d damaged: notes %q, same content %v", damaged, notes, content(t, dir) == want)
		}
	}
}

func TestResumeErrors(t *testing.T) {
	set := planted(2)
	r := quick("gru")
	r.Epochs = 4
	resume := func(dir string, set *dataset.Set) error {
		_, err := Resume(context.Background(), dir, set, Watch{})
		return err
	}
	other := planted(2)
	other.Hash = "another"
	edit := func(old, new string) string {
		dir := stopped(t, set, r, 1)
		path := filepath.Join(dir, TrainingName)
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.Replace(string(raw), old, new, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	for _, c := range []struct {
		name, want string
		err        error
	}{
		{"nothing", "found no manifest.json", resume(t.TempDir(), set)},
		{"missing", "no such directory", resume(filepath.Join(t.TempDir(), "x"), set)},
		{"other data", "has hash another, the training was begun on abc", resume(stopped(t, set, r, 1), other)},
		{"data gone", "data set of the training", resume(stopped(t, set, r, 1), nil)},
		{"version", `expected "flowbook-training/1": another version`, resume(edit("training/1", "training/0"), set)},
		{"no JSON", "found no training", resume(edit("{", "["), set)},
	} {
		if c.err == nil || !strings.HasPrefix(c.err.Error(), "resume: ") || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, c.err, c.want)
		}
	}
	if _, err := run.Open(stopped(t, set, r, 1)); err == nil || !strings.Contains(err.Error(), "flowbook resume") {
		t.Errorf("an unfinished run: %v", err)
	}
}

// TestResumeOfAFinishedRun gives it back; one that was stopped between its
// manifest and the end is tidied.
func TestResumeOfAFinishedRun(t *testing.T) {
	set := planted(2)
	r := quick("gru")
	r.Epochs = 2
	begun := stopped(t, set, r, 1)
	dir := t.TempDir()
	if _, err := Train(set, r, dir, nil); err != nil {
		t.Fatal(err)
	}
	want := content(t, dir)
	for range 2 {
		got, err := Resume(context.Background(), dir, set, Watch{Epoch: func(run.Epoch) { t.Error("trained again") }})
		if err != nil || len(got.History) != 2 || content(t, dir) != want {
			t.Fatalf("%v", err)
		}
		if begun, _ := Unfinished(dir); begun {
			t.Error("it is still taken for unfinished")
		}
		if err := os.CopyFS(dir, os.DirFS(begun)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEnsureResumes goes on with a stopped training of the same recipe.
func TestEnsureResumes(t *testing.T) {
	set := planted(2)
	r := quick("gru")
	r.Epochs = 5
	dir := stopped(t, set, r, 3)
	var epochs []int
	if _, err := Ensure(set, r, dir, func(e run.Epoch) { epochs = append(epochs, e.Epoch) }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(epochs, []int{4, 5}) {
		t.Errorf("trained epochs %v, want 4 and 5", epochs)
	}
}

// TestTwoTrainingsOfOneDirectory: the second is refused while the first runs.
func TestTwoTrainingsOfOneDirectory(t *testing.T) {
	set, dir := planted(2), t.TempDir()
	r := quick("gru")
	r.Epochs = 1
	var second error
	if _, err := Train(set, r, dir, func(run.Epoch) { _, second = Train(set, r, dir, nil) }); err != nil {
		t.Fatal(err)
	}
	if second == nil || !strings.Contains(second.Error(), "another training is writing") {
		t.Errorf("second training: %v", second)
	}
}

// TestDivergedTrainingNamesCapture: windows are named with their capture.
func TestDivergedTrainingNamesCapture(t *testing.T) {
	r := quick("gru")
	r.LearningRate, r.Batch = 10, 8
	set := planted(2)
	j, err := newJob(set, r)
	if err != nil {
		t.Fatal(err)
	}
	err = j.explain(fmt.Errorf("fit: %w", &fit.NotFinite{Epoch: 3, Batch: 2, Task: "app", Windows: []int{17}}))
	if !strings.Contains(err.Error(), "epoch 3, batch 2") || !strings.Contains(err.Error(), "window 17: capture host1-1.pcap, superflow 1/1") {
		t.Errorf("error %v", err)
	}
}

// fullDiskEnv makes this test binary train with files limited to some bytes.
const fullDiskEnv = "FLOWBOOK_TEST_FULL_DISK"

// fullDisk trains in dir until no file of more than 8000 bytes can be written.
func fullDisk(dir string) error {
	signal.Ignore(syscall.SIGXFSZ)
	SaveEvery = 0
	set := planted(2)
	first := true
	r := quick("gru")
	r.Batch = 8
	s, err := OpenSession("go")
	if err != nil {
		return err
	}
	defer s.Close()
	_, err = s.Train(context.Background(), set, r, dir, Watch{Epoch: func(run.Epoch) {
		if first {
			first = false
			_ = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 8000, Max: 8000})
		}
	}})
	return err
}

// TestFullDiskKeepsTheCheckpointBefore: when a checkpoint cannot be written,
// the training stops with an error, and the one before it is there to go on
// from.
func TestFullDiskKeepsTheCheckpointBefore(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fullDiskEnv+"="+dir)
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "write checkpoint") || !strings.Contains(string(out), "the one before it stays") {
		t.Fatalf("error %v, output %s", err, out)
	}
	r := quick("gru")
	r.Batch = 8
	set, whole := planted(2), t.TempDir()
	if _, err := Train(set, r, whole, nil); err != nil {
		t.Fatal(err)
	}
	var notes []string
	if _, err := Resume(context.Background(), dir, set, Watch{Note: func(s string) { notes = append(notes, s) }}); err != nil {
		t.Fatal(err)
	}
	if len(notes) != 1 || !strings.Contains(notes[0], "of epoch 1") || content(t, dir) != content(t, whole) {
		t.Errorf("notes %q, same content %v", notes, content(t, dir) == content(t, whole))
	}
}
