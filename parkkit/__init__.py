"""parkkit: a Jupyter workbench for industrial parks (产业园区).

From a park's files: where the park is, what it emits (carbon and pollutants in one fused
inventory), and whether its growth has come loose from both. What is listed here is public;
everything is loaded when it is first used.
"""

import lazy_loader as lazy

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "core.convention": ["ZERO_CARBON_2025", "Convention"],
        "core.errors": ["ParkError", "Problem"],
        "core.ledger": ["closing"],
        "core.uncertainty_rule": ["UncertaintyRule"],
        "park.package": ["Park", "check_park", "new_park", "open_park"],
        "park.boundary": ["members"],
        "park.registers": ["import_register"],
        "park.proposals": ["propose_identities"],
        "park.verdicts": ["record_verdict"],
        "park.forms": ["import_form"],
        "park.boundary_import": ["import_boundary"],
        "inventory.compilation": ["Inventory", "compile_inventory", "total", "totals"],
        "inventory.factors": ["factors"],
        "inventory.economy": ["economy_series"],
        "inventory.energy": ["energy"],
        "inventory.water": ["water"],
        "inventory.waste": ["waste"],
        "inventory.intensity": ["intensity"],
        "inventory.zero_carbon": ["zero_carbon_account"],
        "inventory.explanation": ["explain"],
        "inventory.boundary_differences": ["boundary_reconciliation", "boundary_totals"],
        "inventory.restatement": ["restate"],
        "inventory.equivalents": ["equivalents_by"],
        "inventory.fusion": ["CoControlRule", "co_control_points", "fuse"],
        "inventory.fused_files": ["write_fused"],
        "inventory.coupling": ["coupling"],
        "inventory.uncertainty": ["propagate"],
        "inventory.budget": ["uncertainty_budget"],
        "inventory.completeness": ["completeness"],
        "inventory.gaps": ["gaps"],
        "inventory.jumps": ["jumps"],
        "inventory.balances": ["balances"],
        "diagnosis.decoupling": ["DecouplingRule", "diagnose"],
        "diagnosis.elasticity": ["tapio"],
        "diagnosis.decomposition": ["decompose"],
        "diagnosis.peaking": ["peaking"],
        "output.statement": ["method_statement"],
        "output.report": ["write_report"],
    },
)
