/** Deletes what nobody needs any more, at one hub at a time. */
package io.datahub.cluster.sweep;
