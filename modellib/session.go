package modellib

import (
	"encoding/json"
	"fmt"
	"sync"

	"flowbook/modellib/backend"
	"flowbook/modellib/fit"
	"flowbook/modellib/run"
)

// Session is an opened backend with the networks that were compiled on it.
// Trainings of one session that differ in seed, fold, data, rates or weights
// only share one compiled network, which for a CNN is most of the cost of a
// short training. Several goroutines may use a session.
type Session struct {
	Choice *backend.Choice

	mu        sync.Mutex
	programs  map[string]*fit.Program
	baselines map[string][]run.Predictions // of a split of a set
}

// Watch is told how a training goes; each function may be nil.
type Watch struct {
	Epoch    func(run.Epoch)    // after every epoch
	Progress func(fit.Progress) // after every step
	Note     func(string)       // what the user should know, such as a damaged checkpoint
}

func (w Watch) note(format string, args ...any) {
	if w.Note != nil {
		w.Note(fmt.Sprintf(format, args...))
	}
}

// OpenSession opens a backend, as backend.Open takes it.
func OpenSession(spec string) (*Session, error) {
	choice, err := backend.Open(spec)
	if err != nil {
		return nil, err
	}
	return &Session{Choice: choice, programs: map[string]*fit.Program{}, baselines: map[string][]run.Predictions{}}, nil
}

// Close frees the compiled networks and the backend.
func (s *Session) Close() {
	for _, p := range s.programs {
		p.Close()
	}
	s.Choice.Close()
}

// program is the compiled network of a spec; it is compiled the first time.
func (s *Session) program(spec fit.Spec) (*fit.Program, error) {
	key, err := json.Marshal(spec)
	if err != nil {
		return nil, fmt.Errorf("model as JSON: %w", err)
	}
	name := fmt.Sprintf("%T %s", spec.Model, key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.programs[name]; p != nil {
		return p, nil
	}
	p, err := fit.Compile(s.Choice.Backend, spec, true)
	if err == nil {
		s.programs[name] = p
	}
	return p, err
}
