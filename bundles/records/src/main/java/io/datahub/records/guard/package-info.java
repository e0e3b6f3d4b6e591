/** Who may write, delete and move what. */
package io.datahub.records.guard;
