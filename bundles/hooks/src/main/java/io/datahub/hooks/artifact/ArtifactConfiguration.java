package io.datahub.hooks.artifact;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of a rule that names artifacts. Changes apply immediately. */
@ObjectClassDefinition(
        name = "Datahub artifacts",
        description = "Publishes a CDEvent artifact.published for each upload of some paths.")
public @interface ArtifactConfiguration {

    @AttributeDefinition(
            description =
                    "The paths of artifacts, such as builds/{project}/{version}/{file}. Each name in braces is one"
                            + " segment; * is any characters of one.")
    String path();

    @AttributeDefinition(
            description = "The package URL of an artifact, with the names in braces of path, and {sha256}, {url} and"
                    + " {path}; they are percent-encoded.",
            required = false)
    String purl() default
            "pkg:generic/{project}@{version}?checksum=sha256:{sha256}&download_url={url}&file_name={file}";

    @AttributeDefinition(
            description = "Topic of the events; if it ends with a dot, the event's type follows it. Empty: the type.",
            required = false)
    String topic() default "";
}
