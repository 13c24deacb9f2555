// Package asked is what readers searched for, counted, for authors to see what is missing: queries that found nothing,
// and queries whose results nobody opened.
//
// Nothing in it leads to a person. Who asks is a hash that lives in memory for a day and is used to count different
// askers; a query is written down and shown only once Enough of them have asked it. Pasted texts are never in it.
package asked
