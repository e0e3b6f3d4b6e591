/** The newest event of each topic. */
package io.datahub.history.last;
