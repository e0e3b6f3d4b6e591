// Validates an OpenAPI and an AsyncAPI document, given as files; prints what is wrong, and ends with 1 if anything is.
import { readFileSync } from 'node:fs'
import { Parser } from '@asyncapi/parser'
import { createConfig, lintFromString } from '@redocly/openapi-core'

const [openapi, asyncapi] = process.argv.slice(2)
const rules = ['struct', 'no-unresolved-refs', 'path-parameters-defined', 'no-identical-paths', 'operation-operationId-unique', 'spec-components-invalid-map-name']
const config = await createConfig({ rules: Object.fromEntries(rules.map(rule => [rule, 'error'])) })
const problems = await lintFromString({ source: readFileSync(openapi, 'utf8'), absoluteRef: openapi, config })
for (const problem of problems) console.log(problem.severity, problem.ruleId, problem.message, problem.location[0]?.pointer)

const { diagnostics } = await new Parser().parse(readFileSync(asyncapi, 'utf8'))
const errors = diagnostics.filter(diagnostic => diagnostic.severity === 0)
for (const error of errors) console.log('error', error.code, error.message, error.path.join('/'))
process.exit(problems.length + errors.length > 0 ? 1 : 0)
