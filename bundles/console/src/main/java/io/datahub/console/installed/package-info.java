/**
 * Remembers in the home what the operator installed and uninstalled at run time, and does it again in a framework whose
 * cache was rebuilt.
 */
package io.datahub.console.installed;
