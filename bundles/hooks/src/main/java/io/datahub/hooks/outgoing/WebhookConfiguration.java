package io.datahub.hooks.outgoing;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of one webhook. Changes apply immediately. */
@ObjectClassDefinition(name = "Datahub webhook", description = "Sends the events of some topics to another system.")
public @interface WebhookConfiguration {

    @AttributeDefinition(
            description = "Prefixes of the topics whose events are sent, separated by commas, such as"
                    + " file.created/builds/, dev.cdevents.")
    String[] topics();

    @AttributeDefinition(description = "The http or https URL that the events are posted to.")
    String url();

    @AttributeDefinition(
            description = "File with the secret to sign with, relative to the hub's home; of several lines the first"
                    + " counts. Empty: unsigned.",
            required = false)
    String secretFile() default "";

    @AttributeDefinition(
            description = "The form of what is sent: structured (a CloudEvent in JSON; also called standard or"
                    + " cloudevents), binary (its attributes as headers), slack, mattermost or teams (a line of text).",
            required = false)
    String kind() default "structured";

    @AttributeDefinition(
            description =
                    "File with the certificates, in PEM, of authorities that sign the target's certificate, besides"
                            + " those that Java trusts; relative to the hub's home. Empty: none.",
            required = false)
    String authorities() default "";

    @AttributeDefinition(description = "Whether the URL may lead to this machine (127.0.0.0/8, ::1).")
    boolean allowLoopback() default false;
}
