/** The configuration of the store: its keys with their defaults, and the immutable settings parsed from them. */
package io.datahub.records.settings;
