# -*- encoding: utf-8 -*-
# stub: mvi-a 1.2.3 ruby lib

Gem::Specification.new do |s|
  s.name = "mvi-a".freeze
  s.version = "1.2.3"

  s.required_rubygems_version = Gem::Requirement.new(">= 0".freeze) if s.respond_to? :required_rubygems_version=
  s.require_paths = ["lib".freeze]
  s.authors = ["Ann".freeze, "Bob".freeze]
  s.date = "2026-11-22"
  s.licenses = ["MIT".freeze, "Ruby".freeze]
  s.rubygems_version = "3.3.15".freeze
  s.summary = "x".freeze

  s.installed_by_version = "3.3.15" if s.respond_to? :installed_by_version

  if s.respond_to? :specification_version then
    s.specification_version = 4
  end

  if s.respond_to? :add_runtime_dependency then
    s.add_runtime_dependency(%q<mvi-b>.freeze, ["~> 1.0", ">= 1.0.1"])
    s.add_development_dependency(%q<rake>.freeze, [">= 0"])
  else
    s.add_dependency(%q<mvi-b>.freeze, ["~> 1.0", ">= 1.0.1"])
    s.add_dependency(%q<rake>.freeze, [">= 0"])
  end
end
