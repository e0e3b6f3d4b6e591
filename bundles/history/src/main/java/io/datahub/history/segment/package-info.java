/** The files of kept events. */
package io.datahub.history.segment;
