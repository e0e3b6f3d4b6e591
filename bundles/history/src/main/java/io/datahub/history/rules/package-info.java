/** Which topics are kept, and how long. */
package io.datahub.history.rules;
