// Package meter turns packets into flows: the flow table, the dialects and the
// features. It knows nothing of files and labels.
//
// A [Meter] takes packets in file order and measures them under any number of
// flow timeouts at once:
//
//	m := meter.New(meter.Recipe{
//		Dialect:  "clean",
//		Timeouts: []time.Duration{120 * time.Second, 3 * time.Second}, // superflows and miniflows
//		Activity: 5 * time.Second,
//	})
//	for each packet p {
//		m.Add(p)
//	}
//	flows, accounting := m.Finish() // flows[0]: superflows, flows[1]: miniflows
//
// Every packet is in one flow or in one counter of the [Accounting]; rows come
// in the order of the flows' first packets; the same capture gives the same
// bits on every processor.
//
// A [Dialect] is one exact behaviour as a value, a set of switches: [Clean] is
// corrected, [CIC2018] and [CIC2021] equal CICFlowMeter V4 in every column of
// every row. Section numbers and the names K1 to K8 and C1 to C15 in comments
// are those of the project's specification of CICFlowMeter ("the
// specification").
//
// A meter that passes its flows on instead of keeping them ([NewStream]) holds
// the active flows only, and may share its work among several workers; what it
// writes does not depend on their number.
//
// What is where:
//
//	dialect.go, corrections.go  the switches, and turning one after the other
//	decode.go                   which packets a dialect understands
//	meter.go, team.go           packets in, flows out; with workers
//	shard.go, cut.go            which packet goes into which flow
//	sweep.go, clock.go, evict.go, ghosts.go  when flows leave the table
//	index.go, store.go, key.go  the table
//	queue.go, merge.go          the order of the rows
//	original.go                 the order of the tool's rows
//	state.go                    a flow in the making
//	gaps.go                     features 2 to 13: times between packets
//	activity.go                 features 14 to 21: busy and idle periods
//	rates.go                    features 22 and 23: bytes and packets a second
//	columns.go, bulk.go         what else CICFlowMeter writes
//	moments.go                  mean, deviation and extremes, one value at a time
//
// # A new family of features
//
// A family is a file, a test and a line in each of four places. Its file has a
// type with begin (the first packet), add (a further one) and features (the
// finished numbers); gaps.go is the pattern. The type is a field of state, and
// state.begin, state.add and state.flow call it. What it measures becomes a
// field of [Flow] (or of [CICColumns]) and a line of the schema of tables,
// fields in flowlib/flowio/parquet.go, with its name and unit; who() marks a
// column there that says who talked, where or when, so that data sets leave it
// out (flowio.Identifying). The test computes it by hand, and brute_test.go from
// all packets of a flow at once.
package meter
