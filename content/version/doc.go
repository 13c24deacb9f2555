// Package version orders the versions of products as their vendors write them, and tells which lie in a range.
//
//   - "Update 3", "U3", "SP3", "p3", "CU 3" and "R3" count as one number more, as VMware, SUSE, OpenSSH and Microsoft count
//     them; so does the H of Windows's 22H2, which is 22.2, and the update of Java's 8u392, which is 1.8.0_392 as well. Java
//     8 is written 8: a bare 1.8 is version 1.8.
//   - A letter at a number's end comes after the bare number (OpenSSL's 1.0.2k), alpha, beta and release candidates before
//     it, and Debian's ~ before everything. Words nobody knows come after, OpenShift's -ec.4 too.
//   - An M is a milestone after a dot, a dash or a space; in Cisco's 15.5(3)M3 it is a word as others.
//   - The letter of Oracle's 11g, 19c and 23ai says nothing.
//   - Debian's epochs are dropped: most who write a version leave them out, and keys cannot compare those of one side only.
//   - A number of five digits and more that stands alone, or after a release and a dash, is the number of a build.
//   - "10 22H2" and "ESXi70U3o" are refused: the first is two numbers of the same thing, the second has lost its dots.
package version
