package app

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func newDraws() draws { return draws{rand.New(rand.NewPCG(1, 2))} }

func TestClasses(t *testing.T) {
	types, apps := map[string]bool{}, map[string]int{}
	pairs := map[string]bool{}
	for _, c := range CourseClasses() {
		if pairs[c.Type+"/"+c.App] {
			t.Errorf("%s/%s twice", c.Type, c.App)
		}
		pairs[c.Type+"/"+c.App] = true
		if len(c.Ways) < 2 {
			t.Errorf("%s/%s has the ways %v, expected two or more", c.Type, c.App, c.Ways)
		}
		types[c.Type] = true
		apps[c.App]++
		if f, ok := Find(c.Type, c.App); !ok || f.App != c.App {
			t.Errorf("%s/%s is not found", c.Type, c.App)
		}
	}
	crossing := 0
	for _, n := range apps {
		if n > 1 {
			crossing++
		}
	}
	if len(types) != 8 || len(pairs) != 26 || crossing < 3 {
		t.Errorf("%d types, %d pairs, %d applications of several types", len(types), len(pairs), crossing)
	}
	if _, ok := Find("chat", "mail"); ok {
		t.Error("chat/mail was found")
	}
}

func TestRunTellsWhyItStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	early := Class{Type: "chat", App: "x", run: func(context.Context, *Lab) error { return nil }}
	if early.Run(ctx, nil) == nil {
		t.Error("an application that stopped by itself is no error")
	}
	cancel()
	if err := early.Run(ctx, nil); err != nil {
		t.Errorf("an application that stopped in time: %v", err)
	}
}

func TestDrawsStayInRange(t *testing.T) {
	d := newDraws()
	for range 1000 {
		if x := d.between(2, 5); x < 2 || x >= 5 {
			t.Fatalf("between(2, 5) is %v", x)
		}
		if x := d.logBetween(2, 200); x < 2 || x >= 200 {
			t.Fatalf("logBetween(2, 200) is %v", x)
		}
		if x := oneOf(d, 1, 2, 3); x < 1 || x > 3 {
			t.Fatalf("oneOf(1, 2, 3) is %v", x)
		}
	}
	a, b := newDraws(), newDraws()
	if a.fork().Uint64() != b.fork().Uint64() || a.Uint64() != b.Uint64() {
		t.Error("equal seeds give different draws")
	}
}

func TestPacer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pacer{rate: 8000} // 1000 bytes a second
		begin := time.Now()
		for range 4 {
			p.wait(t.Context(), 500)
		}
		if d := time.Since(begin); d != 1500*time.Millisecond {
			t.Errorf("the fourth block of 500 bytes went after %v, expected 1.5 s", d)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		p.wait(ctx, 1_000_000)
		p.wait(ctx, 1)
		if d := time.Since(begin); d != 2500*time.Millisecond {
			t.Errorf("waited until %v, expected the end of the context after 2.5 s", d)
		}
		(&pacer{}).wait(ctx, 1e9)
	})
}

func TestSized(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/?n=5000&rate=8000&block=1000", nil)
		sized(w, r)
		if w.Body.Len() != 5000 || time.Since(begin) != 4*time.Second {
			t.Errorf("%d bytes in %v, expected 5000 in 4 s", w.Body.Len(), time.Since(begin))
		}
	})
}

func TestPlayerChoosesRates(t *testing.T) {
	p := &player{stream: stream{ladder: ladder(800e3), start: 5}}
	cases := []struct {
		speed, fill, paced float64
		want               int
	}{
		{100e3, 20, 0, 0},
		{600e3, 20, 0, 1},
		{2e6, 20, 0, 3},
		{2e6, 1, 0, 2},
		{100e3, 1, 1.5, 3},
	}
	for _, c := range cases {
		p.speed, p.fill, p.paced = c.speed, c.fill, c.paced
		if got := p.level(); got != c.want {
			t.Errorf("%+v: level %d", c, got)
		}
	}
}

func TestPlayerEmptiesItsBuffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &player{seen: time.Now(), fill: 5}
		time.Sleep(2 * time.Second)
		p.advance()
		if p.fill != 5 {
			t.Errorf("%v s left before playing", p.fill)
		}
		p.playing = true
		time.Sleep(2 * time.Second)
		p.advance()
		if p.fill != 3 {
			t.Errorf("%v s left after 2 of 5", p.fill)
		}
	})
}

func TestPersonWritesUntilTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var kinds []byte
		talk{think: 3, words: 5, typing: 1, overhead: 50}.person(ctx, newDraws(), func(e event) {
			kinds = append(kinds, e.kind)
			if e.size <= 0 || e.size > 8192 {
				t.Errorf("event of %d bytes", e.size)
			}
		})
		if !slices.Contains(kinds, message) || !slices.Contains(kinds, typing) || len(kinds) < 10 {
			t.Errorf("in a minute came %v", kinds)
		}
	})
}

func TestFramesAreAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var wire bytes.Buffer
		out := make(outbox, 8)
		go out.run(ctx, &wire)
		out <- event{ping, 4}
		out <- event{message, 9000} // more than a frame holds: cut
		out <- event{presence, 10}
		synctest.Wait()
		if want := 3*frameHeader + 4 + 8192 + 10; wire.Len() != want {
			t.Fatalf("%d bytes on the wire, expected %d", wire.Len(), want)
		}
		back := make(outbox, 8)
		talk{receipt: true, overhead: 40}.answer(ctx, newDraws(), &wire, back)
		if a, b := <-back, <-back; a.kind != pong || b.kind != receipt || len(back) != 0 {
			t.Errorf("answers %v and %v, and %d more", a, b, len(back))
		}
	})
}

func TestLetter(t *testing.T) {
	for _, n := range []int{0, 500, 20_000} {
		if got := len(letter(n)); got < n || got > n+300 {
			t.Errorf("a letter of %d bytes has %d", n, got)
		}
	}
}

func TestAdd(t *testing.T) {
	defer func() { own = nil }()
	Add("weather", "station", func(context.Context, *Lab) error { return nil })
	if c, ok := Find("weather", "station"); !ok || len(Classes()) != len(CourseClasses())+1 || c.Ways[0] != "own" {
		t.Errorf("found %v: %+v", ok, c)
	}
	defer func() {
		if recover() == nil {
			t.Error("a pair was added twice")
		}
	}()
	Add("weather", "station", nil)
}
